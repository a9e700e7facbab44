/** Where the lines of the log go; `console` is one. */
export interface Logger {
  debug(message: string): void;
}

/** What clients of both APIs are made with, beside the key. */
export interface ClientOptions {
  /** The address of the server, without `/v1`. Else `LAYERS_BASE_URL`, else `https://api.layers.com`. */
  baseUrl?: string | undefined;
  /** Milliseconds for a call: all its tries and the pauses between them. 60,000 by default. */
  timeout?: number | undefined;
  /** How often a request is sent again after a passing failure. 2 by default. */
  maxRetries?: number | undefined;
  /** Sent with each request. */
  extraHeaders?: Readonly<Record<string, string>> | undefined;
  /** What sends the requests, instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Gets a line for each try: never a key or a body. Without one, `LAYERS_LOG=debug` writes them to the console. */
  logger?: Logger | undefined;
}

/** Options of one call to the operator's API. An operator acts for no child. */
export interface OperatorRequestOptions {
  /** 1 to 255 printable ASCII characters that name this write; a new UUID by default. */
  idempotencyKey?: string | undefined;
  /** Milliseconds for everything: all tries and the pauses between them; instead of the client's. */
  timeout?: number | undefined;
  /** How often the request is sent again after a passing failure; instead of the client's. */
  maxRetries?: number | undefined;
  /** Headers to send beside the library's own and the client's. */
  extraHeaders?: Readonly<Record<string, string>> | undefined;
  /** Gives the call up: it rejects with the reason of the signal. A write may have happened all the same. */
  signal?: AbortSignal | undefined;
}

/** Options of one call. */
export interface RequestOptions extends OperatorRequestOptions {
  /** The child organization to act for, instead of the client's; null acts for the key's own. */
  organization?: string | null | undefined;
}
