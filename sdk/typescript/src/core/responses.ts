/** The limit that a request counted against; what the server does not tell is null. */
export interface RateLimit {
  /** `read-light`, `write-light` or `long-running`. */
  endpointClass: string | null;
  /** Requests a minute; null when there is no limit. */
  limit: number | null;
  remaining: number | null;
  /** Seconds until it refills. */
  reset: number | null;
}

/** An answer with everything around it. */
export interface RawResponse<T> {
  /** What the method returns by itself. */
  data: T;
  /** The HTTP status. */
  status: number;
  headers: Headers;
  /** What to quote when you ask for help. */
  requestId: string | null;
  rateLimit: RateLimit;
}

/** Return the answer with `data`, and what its headers tell. */
export function rawResponse<T>(status: number, headers: Headers, data: T): RawResponse<T> {
  return {
    data,
    status,
    headers,
    requestId: headers.get("x-request-id"),
    rateLimit: {
      endpointClass: headers.get("x-ratelimit-endpoint-class"),
      limit: numberOf(headers.get("x-ratelimit-limit")),
      remaining: numberOf(headers.get("x-ratelimit-remaining")),
      reset: numberOf(headers.get("x-ratelimit-reset")),
    },
  };
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}
