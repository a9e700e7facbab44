import { LayersError } from "./errors.js";

/**
 * A page of a list. `for await` over it gives its items and those of all pages after it, which are fetched on the way,
 * one at a time.
 */
export class Page<T> implements AsyncIterable<T> {
  /** The items of this page. */
  readonly items: T[];
  /** Where the next page begins; null on the last page. */
  readonly nextCursor: string | null;
  readonly #follow: (cursor: string) => PromiseLike<Page<T>>;
  readonly #end: unknown;

  constructor(
    items: T[],
    nextCursor: string | null,
    follow: (cursor: string) => PromiseLike<Page<T>>,
    end: unknown,
  ) {
    this.items = items;
    this.nextCursor = nextCursor;
    this.#follow = follow;
    this.#end = end;
  }

  /** Check whether there is a page after this one. */
  hasNextPage(): boolean {
    return this.nextCursor !== null;
  }

  /**
   * Fetch the page after this one, with the same filters and options.
   *
   * @throws {LayersError} This is the last page, or the next one cannot be fetched; calling again is safe.
   */
  async nextPage(): Promise<Page<T>> {
    if (this.nextCursor === null) throw new LayersError("This is the last page.");
    return await this.#follow(this.nextCursor);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let page: Page<T> = this;
    for (;;) {
      yield* page.items;
      if (page.#isEnd()) return;
      page = await page.nextPage();
    }
  }

  // A feed always has a cursor: at its end it is the one that was asked for, and nothing is there.
  #isEnd(): boolean {
    return this.nextCursor === null || (this.items.length === 0 && this.nextCursor === this.#end);
  }
}
