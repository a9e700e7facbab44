import { APIError, LayersError } from "../errors.js";
import { Page } from "../pages.js";
import { type Configuration, type Credential, configure, type Given } from "./configuration.js";
import type { Operation } from "./operation.js";
import type { ClientOptions, RequestOptions } from "./options.js";
import { ApiPromise, PagePromise } from "./promises.js";
import { buildRequest, type Params, type Parts, partsOf } from "./requests.js";
import { type RawResponse, rawResponse } from "./responses.js";
import { type Answer, exchange } from "./transport.js";
import type { UploadContent } from "./uploads.js";

/** What `request` sends. */
export interface RequestParams {
  /** A list repeats its parameter; what is undefined or null is left out. */
  query?: Readonly<Record<string, unknown>> | undefined;
  /** Sent as JSON. */
  body?: unknown;
}

/** What clients of both APIs have. The methods of generated resources call these. */
export abstract class BaseClient {
  // Private to the engine: whatever prints, copies or serializes a client does not reach the key.
  readonly #configuration: Configuration;
  readonly #credential: Credential;

  constructor(credential: Credential, given: Given) {
    this.#configuration = configure(credential, given);
    this.#credential = credential;
  }

  /** The address of the server, without a slash at its end. */
  get baseUrl(): string {
    return this.#configuration.baseUrl;
  }

  /** Milliseconds for a call, unless it says otherwise. */
  get timeout(): number {
    return this.#configuration.timeout;
  }

  /**
   * Return a client with other settings; what is not given stays, and headers are added to those that there are.
   *
   * @throws {ConfigurationError} A setting cannot be used.
   */
  withOptions(options: ClientOptions & { organization?: string | null | undefined }): this {
    const { secret, ...kept } = this.#configuration;
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const Kind = this.constructor as new (options: object) => this;
    return new Kind({
      ...kept,
      ...Object.fromEntries(given),
      extraHeaders: { ...kept.extraHeaders, ...options.extraHeaders },
      [this.#credential.option]: secret,
    });
  }

  /**
   * Call a route that has no method yet, with the same retries and errors as the others.
   *
   * @param path Begins with `/v1/` or `/ops/v1/`.
   */
  request<T = unknown>(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    { query, body }: RequestParams = {},
    options?: RequestOptions,
  ): ApiPromise<T> {
    const parts: Parts = { body, ...(query && { query }) };
    const answer = async (): Promise<RawResponse<T>> => {
      // Anything else could make it the address of another server, or a path that was not meant.
      if (!/^\/[^/\\?#][^\\?#\s]*$/.test(path) || /\/(\.|%2e){1,2}(\/|$)/i.test(path)) {
        throw new LayersError("The path must begin with one slash, without a query in it.");
      }
      return raw(await this.#send({ name: "request", method, path }, path, parts, options));
    };
    return new ApiPromise(answer());
  }

  /** Call a route that answers one object. */
  call<T>(operation: Operation, params: object, options?: RequestOptions): ApiPromise<T> {
    return new ApiPromise(this.#answer<T>(operation, params, {}, options));
  }

  /** Call a route that answers with an address, which is not followed. */
  locate(operation: Operation, params: object, options?: RequestOptions): ApiPromise<string> {
    const parts = { isRedirectWanted: true };
    return new ApiPromise(this.#answer<string>(operation, params, parts, options));
  }

  /** Call a route that takes `content` as it is; `contentType` says what it is, where there is a choice. */
  upload<T>(
    operation: Operation,
    params: { content: UploadContent; contentType?: string | undefined },
    options?: RequestOptions,
  ): ApiPromise<T> {
    const { content, contentType = operation.contentType, ...others } = params;
    const parts: Parts = { content, ...(contentType !== undefined && { contentType }) };
    return new ApiPromise(this.#answer<T>(operation, others, parts, options));
  }

  /** Call a route that answers a page of a list. */
  list<T>(operation: Operation, params: object, options?: RequestOptions): PagePromise<T> {
    const answer = async (): Promise<RawResponse<Page<T>>> => {
      const found = await this.#answer<unknown>(operation, params, {}, options);
      const { items, nextCursor } = (found.data ?? {}) as Partial<Page<T>>;
      const isPage =
        Array.isArray(items) && (typeof nextCursor === "string" || nextCursor === null);
      // Followed, a page that is followed by itself would never end.
      const isEndless = nextCursor && nextCursor === (params as Params).cursor && items?.length;
      if (!isPage || isEndless) {
        throw new APIError("The answer is not a page of a list.", {
          status: found.status,
          headers: found.headers,
          code: "",
          requestId: found.requestId,
          details: {},
          idempotencyKey: null,
        });
      }
      const follow = (cursor: string) => this.list<T>(operation, { ...params, cursor }, options);
      // A feed that is asked to wait has no end.
      const end = (params as Params).wait ? undefined : (params as Params).cursor;
      return { ...found, data: new Page<T>(items, nextCursor, follow, end) };
    };
    return new PagePromise(answer());
  }

  async #answer<T>(
    operation: Operation,
    params: object,
    more: Parts,
    options: RequestOptions | undefined,
  ): Promise<RawResponse<T>> {
    const { path, parts } = partsOf(operation, params as Params);
    return raw(await this.#send(operation, path, { ...parts, ...more }, options));
  }

  async #send(
    operation: Operation,
    path: string,
    parts: Parts,
    options: RequestOptions | undefined,
  ): Promise<Answer> {
    const request = buildRequest(this.#configuration, operation, path, parts, options);
    return await exchange(this.#configuration, request);
  }
}

function raw<T>(answer: Answer): RawResponse<T> {
  return rawResponse(answer.status, answer.headers, answer.data as T);
}
