import { LayersError } from "../errors.js";
import { VERSION } from "../version.js";
import {
  type Configuration,
  problemOfExtraHeaders,
  problemOfLimits,
  problemOfNames,
  problemOfOrganization,
} from "./configuration.js";
import { runtimeName } from "./environment.js";
import type { Operation } from "./operation.js";
import type { RequestOptions } from "./options.js";
import type { UploadContent } from "./uploads.js";

/** Arguments of a method by their names on the wire. */
export type Params = Readonly<Record<string, unknown>>;

/** A request, made once before its first try; sent again, it is the same. */
export interface Request {
  readonly method: string;
  /** The path with the names of its parameters, for the log. */
  readonly template: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: UploadContent | undefined;
  /** The key of a write; null for a read. */
  readonly idempotencyKey: string | null;
  /** In milliseconds. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly signal: AbortSignal | undefined;
  /** Whether the answer is an address. */
  readonly isRedirectWanted: boolean;
}

/** Where the parts of a request come from, other than a method's arguments. */
export interface Parts {
  query?: Params;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead. */
  content?: UploadContent;
  contentType?: string;
  headers?: Readonly<Record<string, unknown>>;
  isRedirectWanted?: boolean;
}

const USER_AGENT = `layers-partner-typescript/${VERSION} ${runtimeName()}`;
// A space at an end would be lost on the way.
const IDEMPOTENCY_KEY = /^(?! )[ -~]{1,255}(?<! )$/;
// Programs without types learn from these that an option is misspelt or misplaced: unsaid, a call would be made for
// another organization than was meant.
const OPTIONS: Readonly<Record<keyof RequestOptions, true>> = {
  idempotencyKey: true,
  organization: true,
  timeout: true,
  maxRetries: true,
  extraHeaders: true,
  signal: true,
};

/** Sort the arguments of a method into path, query, headers and body, as its operation says. */
export function partsOf(operation: Operation, params: Params = {}): { path: string; parts: Parts } {
  const query: Record<string, unknown> = {};
  const body: Record<string, unknown> = {};
  const headers: Record<string, unknown> = {};
  const inPath = new Set<string>();
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    inPath.add(name);
    return pathSegment(name, params[name]);
  });
  for (const [name, value] of Object.entries(params)) {
    if (Object.hasOwn(OPTIONS, name)) {
      throw new LayersError(`\`${name}\` is an option: give it in the object after the arguments.`);
    }
    const header = operation.headers?.[name];
    if (inPath.has(name)) {
      if (operation.alsoInBody?.includes(name)) body[name] = value;
    } else if (header !== undefined) {
      headers[header] = value;
    } else if (operation.method === "GET" || operation.query?.includes(name)) {
      query[name] = value;
    } else if (value !== undefined) {
      body[name] = value;
    }
  }
  const parts: Parts = { query, headers };
  if (Object.keys(body).length > 0) parts.body = body;
  return { path, parts };
}

/**
 * Build a request.
 *
 * @throws {LayersError} A value cannot be sent.
 */
export function buildRequest(
  configuration: Configuration,
  operation: Operation,
  path: string,
  parts: Parts,
  options: RequestOptions = {},
): Request {
  const timeout = options.timeout ?? configuration.timeout;
  const maxRetries = options.maxRetries ?? configuration.maxRetries;
  const organization =
    options.organization === undefined ? configuration.organization : options.organization;
  const problem =
    problemOfNames(options, OPTIONS) ??
    problemOfLimits(timeout, maxRetries) ??
    problemOfOrganization(organization, configuration.actsForItself) ??
    problemOfExtraHeaders(options.extraHeaders ?? {});
  if (problem) throw new LayersError(problem);
  const idempotencyKey = idempotencyKeyOf(operation.method, options);
  const headers = headersOf([
    { Accept: "application/json", "User-Agent": USER_AGENT },
    { ...configuration.extraHeaders },
    { ...options.extraHeaders },
    { ...parts.headers },
    {
      "Content-Type": contentTypeOf(parts),
      "Idempotency-Key": idempotencyKey,
      "X-Layers-Organization": organization,
      Authorization: `Bearer ${configuration.secret}`,
    },
  ]);
  const query = queryOf(parts.query ?? {});
  const joint = path.includes("?") ? "&" : "?";
  return {
    method: operation.method,
    template: operation.path,
    url: `${configuration.baseUrl}${path}${query && joint}${query}`,
    headers,
    body: parts.content ?? (parts.body === undefined ? undefined : jsonOf(parts.body)),
    idempotencyKey,
    timeout,
    maxRetries,
    signal: options.signal,
    isRedirectWanted: parts.isRedirectWanted ?? false,
  };
}

/** Check whether the request can be sent again: a stream is gone after a try. */
export function canBeSentAgain(request: Request): boolean {
  return !(request.body instanceof ReadableStream);
}

function pathSegment(name: string, value: unknown): string {
  const text = String(value ?? "");
  // Without one of these it would be the address of something else.
  if (text === "" || text === "." || text === "..") {
    throw new LayersError(`\`${name}\` is missing, or not an id: ${JSON.stringify(text)}.`);
  }
  return encodeURIComponent(text);
}

function queryOf(query: Params): string {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) written.append(name, textOf(one));
    }
  }
  return written.toString();
}

/** Write a value of a query or a header: a time in UTC, as the API takes it. */
function textOf(value: unknown): string {
  return value instanceof Date ? timestamp(value) : String(value);
}

function timestamp(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new LayersError("A Date is invalid: it names no time.");
  return value.toISOString();
}

/** Write a body; an engine would write a Date that is invalid as null, which clears. */
function jsonOf(body: unknown): string {
  return JSON.stringify(body, function (this: Record<string, unknown>, name, value: unknown) {
    const original = this[name];
    return original instanceof Date ? timestamp(original) : value;
  });
}

function headersOf(groups: Record<string, unknown>[]): Headers {
  const headers = new Headers();
  for (const [name, value] of groups.flatMap((group) => Object.entries(group))) {
    if (value === undefined || value === null) continue;
    try {
      headers.set(name, textOf(value));
    } catch {
      // The engine's own error has the value in it, which may be a secret.
      throw new LayersError(`The header ${JSON.stringify(name)} cannot be sent.`);
    }
  }
  return headers;
}

function contentTypeOf(parts: Parts): string | undefined {
  if (parts.content === undefined) {
    return parts.body === undefined ? undefined : "application/json";
  }
  const given = parts.contentType;
  return given === undefined || given.includes("*") ? "application/octet-stream" : given;
}

function idempotencyKeyOf(method: string, options: RequestOptions): string | null {
  if (method === "GET") return null;
  const key = options.idempotencyKey ?? crypto.randomUUID();
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw new LayersError("`idempotencyKey` must be 1 to 255 printable ASCII characters.");
  }
  return key;
}
