import { APIConnectionError, type APIError, APITimeoutError } from "../errors.js";
import { errorOf } from "./codes.js";
import type { Configuration } from "./configuration.js";
import { isPassing, pauseMs } from "./decisions.js";
import { canBeSentAgain, type Request } from "./requests.js";

/** An answer that is not an error. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON, or the address of an answer that is one; undefined when the answer has no body. */
  readonly data: unknown;
}

/**
 * Send a request as often as it takes, under one deadline over all tries and the pauses between them.
 *
 * @throws {APIError} The last answer was an error.
 * @throws {APIConnectionError} The last try got no answer.
 * @throws The reason of the signal, when it gave the call up.
 */
export async function exchange(configuration: Configuration, request: Request): Promise<Answer> {
  const deadline = performance.now() + request.timeout;
  for (let retry = 0; ; retry++) {
    request.signal?.throwIfAborted();
    const begun = performance.now();
    const result = await attempt(configuration, request, deadline - begun);
    log(configuration, request, retry, begun, result);
    if (!(result instanceof Error)) return result;
    const pause = pauseMs(retry, "status" in result ? result.headers : undefined);
    if (
      retry >= request.maxRetries ||
      !mayPass(result) ||
      !canBeSentAgain(request) ||
      pause === undefined ||
      performance.now() + pause >= deadline
    ) {
      throw result;
    }
    await sleep(pause, request.signal);
  }
}

function mayPass(error: APIError | APIConnectionError): boolean {
  if ("status" in error) return isPassing(error.status, error.code, error.headers);
  // A try has all the time that is left.
  return !(error instanceof APITimeoutError);
}

async function attempt(
  configuration: Configuration,
  request: Request,
  leftMs: number,
): Promise<Answer | APIError | APIConnectionError> {
  const { signal, idempotencyKey } = request;
  // Not AbortSignal.any and AbortSignal.timeout: what they hang on a signal that lives long stays there.
  const controller = new AbortController();
  const giveUp = () => controller.abort();
  const timer = setTimeout(giveUp, leftMs);
  signal?.addEventListener("abort", giveUp);
  try {
    // Called without a receiver: engines refuse another one than their global object.
    const send = configuration.fetch ?? fetch;
    const response = await send(request.url, initOf(request, controller.signal));
    return answerOf(request, response, await response.text());
  } catch (cause) {
    signal?.throwIfAborted();
    if (controller.signal.aborted) {
      const message = `There was no answer within the ${request.timeout} ms of the time limit.`;
      return new APITimeoutError(message, idempotencyKey);
    }
    const { host } = new URL(request.url);
    // What the engine throws says little; below it is why.
    const code = ((cause as Error).cause as { code?: unknown } | undefined)?.code;
    const why = typeof code === "string" ? ` (${code})` : "";
    return new APIConnectionError(`There was no answer from ${host}${why}.`, idempotencyKey, cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

function initOf(request: Request, signal: AbortSignal): RequestInit {
  const init: RequestInit & { duplex?: "half" } = {
    method: request.method,
    headers: request.headers,
    redirect: "manual",
    signal,
  };
  if (request.body !== undefined) init.body = request.body as NonNullable<RequestInit["body"]>;
  if (!canBeSentAgain(request)) init.duplex = "half";
  return init;
}

function answerOf(request: Request, response: Response, text: string): Answer | APIError {
  const { status, headers } = response;
  const location = headers.get("location");
  if (request.isRedirectWanted && status >= 300 && status <= 399 && location !== null) {
    return { status, headers, data: new URL(location, request.url).href };
  }
  if (status === 204 || (status === 304 && request.headers.has("if-none-match"))) {
    return { status, headers, data: undefined };
  }
  const data = parsed(text);
  if (status >= 200 && status <= 299 && data !== undefined) return { status, headers, data };
  const error = recordOf(recordOf(data).error);
  const { code, message, requestId, details } = error;
  const isOfTheApi = typeof code === "string" && typeof message === "string";
  return errorOf(isOfTheApi ? message : foreign(status, request.idempotencyKey), {
    status,
    headers,
    code: isOfTheApi ? code : "",
    requestId: typeof requestId === "string" ? requestId : headers.get("x-request-id"),
    details: recordOf(details),
    idempotencyKey: request.idempotencyKey,
  });
}

function foreign(status: number, idempotencyKey: string | null): string {
  const isDone = status >= 200 && status <= 299 && idempotencyKey !== null;
  const advice = isDone ? " A write may have happened." : "";
  return `The answer, with status ${status}, is not one of the API.${advice}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Wait; rejects with the reason of the signal when that gives the call up. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}

function log(
  configuration: Configuration,
  request: Request,
  retry: number,
  begun: number,
  result: Answer | APIError | APIConnectionError,
): void {
  const { logger } = configuration;
  if (!logger) return;
  const isAnswer = "status" in result;
  const outcome = isAnswer ? result.status : result.name;
  const requestId = (isAnswer && result.headers.get("x-request-id")) || "no request id";
  const ms = Math.round(performance.now() - begun);
  try {
    logger.debug(
      `${request.method} ${request.template}: ${outcome}, ${requestId}, ${ms} ms, try ${retry + 1}`,
    );
  } catch {
    // The answer to a write that was done is worth more than a line about it.
  }
}
