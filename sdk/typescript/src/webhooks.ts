import { ConfigurationError, WebhookVerificationError } from "./errors.js";
import type { WebhookEvent } from "./partner/types.js";

export type { WebhookEvent };
export { ConfigurationError, WebhookVerificationError };

/** Headers as servers have them: `Headers`, an object, or pairs. */
export type WebhookHeaders =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Options of `verify`. */
export interface VerifyOptions {
  /** Seconds that the time of the signature may be off. 300 by default. */
  tolerance?: number | undefined;
  /** The time to compare with, in seconds since 1970; by default the machine's. */
  now?: number | undefined;
}

const DEFAULT_TOLERANCE_SECONDS = 300;
const HEADER = "x-layers-signature";
const LONGEST_HEADER = 4096;

/**
 * Check that a request was signed with the endpoint's secret, not long ago, and return its event.
 *
 * @param body The very bytes that arrived, or their text: JSON that was parsed and written again has another signature.
 * @param headers Of the request.
 * @param secret Of the endpoint, `whsec_…`; several while it is being changed.
 * @returns The event: what its `data` is follows from its `type`. New types are added over time, and one that this version
 *   does not know comes through as well: let a `default` have it.
 * @throws {WebhookVerificationError} A header is missing or malformed, no signature fits, the time is off, or the body
 *   is no event. Answer 400, and do nothing.
 * @throws {ConfigurationError} There is no secret.
 */
export async function verify(
  body: string | ArrayBuffer | ArrayBufferView,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { tolerance = DEFAULT_TOLERANCE_SECONDS, now = Date.now() / 1000 }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const secrets = typeof secret === "string" ? [secret] : secret;
  if (!secrets?.length || !secrets.every((one) => typeof one === "string" && one)) {
    throw new ConfigurationError("`secret` must be the secret of the endpoint, whsec_….");
  }
  const raw = bytesOf(body);
  const { time, signatures } = parsedHeader(headerOf(headers));
  const signed = joined(new TextEncoder().encode(`${time}.`), raw);
  let isSigned = false;
  for (const one of secrets) {
    const key = await hmacKey(one);
    for (const signature of signatures) {
      // The engine compares in constant time. All are compared, so that the time says nothing.
      isSigned = (await crypto.subtle.verify("HMAC", key, signature, signed)) || isSigned;
    }
  }
  if (!isSigned) throw new WebhookVerificationError("No signature fits the body and the secret.");
  if (!(Math.abs(now - Number(time)) <= tolerance)) {
    throw new WebhookVerificationError("The time of the signature is too far off.");
  }
  return eventOf(raw);
}

function bytesOf(body: unknown): Uint8Array<ArrayBuffer> {
  if (typeof body === "string") return new TextEncoder().encode(body);
  // A copy: nobody changes it while the signature is computed.
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  }
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  throw new TypeError("`body` must be the raw bytes of the request.");
}

function joined(head: Uint8Array, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

function hmacKey(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
}

function headerOf(headers: WebhookHeaders): string {
  const pairs: Iterable<readonly [string, unknown]> =
    Symbol.iterator in headers
      ? (headers as Iterable<readonly [string, string]>)
      : Object.entries(headers);
  const found = [];
  for (const [name, value] of pairs) {
    if (String(name).toLowerCase() === HEADER) found.push(...[value ?? []].flat());
  }
  const [header, ...others] = found;
  if (typeof header !== "string" || others.length > 0) {
    throw new WebhookVerificationError("There must be one header X-Layers-Signature.");
  }
  return header;
}

function parsedHeader(header: string): { time: string; signatures: Uint8Array<ArrayBuffer>[] } {
  if (header.length > LONGEST_HEADER) {
    throw new WebhookVerificationError("X-Layers-Signature is too long.");
  }
  const times: string[] = [];
  const signatures: Uint8Array<ArrayBuffer>[] = [];
  for (const part of header.split(",")) {
    const [, name, value = ""] = /^\s*([^=]*)=(.*?)\s*$/.exec(part) ?? [];
    if (name === undefined) {
      throw new WebhookVerificationError("X-Layers-Signature is malformed.");
    }
    if (name === "t") times.push(value);
    if (name === "v1") signatures.push(signatureOf(value));
  }
  const [time = ""] = times;
  if (times.length !== 1 || !/^[0-9]{1,12}$/.test(time)) {
    throw new WebhookVerificationError("X-Layers-Signature has no time, or several.");
  }
  if (signatures.length === 0) {
    throw new WebhookVerificationError("X-Layers-Signature has no signature.");
  }
  return { time, signatures };
}

function signatureOf(hex: string): Uint8Array<ArrayBuffer> {
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new WebhookVerificationError("X-Layers-Signature has a malformed signature.");
  }
  return Uint8Array.from({ length: 32 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}

function eventOf(body: Uint8Array): WebhookEvent {
  let event: unknown;
  try {
    event = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    // Said below.
  }
  if (typeof (event as WebhookEvent | null | undefined)?.type !== "string") {
    throw new WebhookVerificationError("The body is no event.");
  }
  return event as WebhookEvent;
}
