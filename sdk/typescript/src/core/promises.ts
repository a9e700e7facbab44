import type { Page } from "../pages.js";
import type { RawResponse } from "./responses.js";

/** The result of a call: a promise, from which the whole answer can be had too. */
export class ApiPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = "ApiPromise";
  readonly #answer: Promise<RawResponse<T>>;

  constructor(answer: Promise<RawResponse<T>>) {
    this.#answer = answer;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<A = T, B = never>(
    resolved?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#answer.then(({ data }) => data).then(resolved, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, rejected);
  }

  finally(ended?: (() => void) | null): Promise<T> {
    return this.then().finally(ended);
  }

  /** Return the answer with its status, headers, request id and rate limit around what the method returns. */
  withRawResponse(): Promise<RawResponse<T>> {
    return this.#answer;
  }
}

/** The result of a list: a promise of its first page, and all items of all pages for `for await`. */
export class PagePromise<T> extends ApiPromise<Page<T>> implements AsyncIterable<T> {
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this;
  }
}
