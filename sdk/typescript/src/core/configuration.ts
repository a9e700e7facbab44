import { ConfigurationError } from "../errors.js";
import { environment } from "./environment.js";
import type { ClientOptions, Logger } from "./options.js";

/** The settings of a client, all of them known. */
export interface Configuration {
  /** The key of the `Authorization` header. */
  readonly secret: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly organization: string | null;
  readonly actsForItself: boolean;
  /** In milliseconds. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly extraHeaders: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly logger: Logger | undefined;
}

/** A kind of key: its option, where else it is looked for, and how it looks. */
export interface Credential {
  readonly option: string;
  readonly variable: string;
  readonly shape: RegExp;
  readonly example: string;
  /** Whether it cannot act for a child. */
  readonly actsForItself?: boolean;
}

/** What a client may be given, whatever its API. */
export interface Given extends ClientOptions {
  secret?: string | undefined;
  organization?: string | null | undefined;
}

const DEFAULT_BASE_URL = "https://api.layers.com";
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_RETRIES = 2;
// A timer that is to wait for longer does not wait at all.
export const LONGEST_TIMEOUT_MS = 2_147_483_647;
// A misspelt one would be left out in silence: the environment's key or child would be used instead.
const OPTIONS: Readonly<Record<keyof Given | "actsForItself", true>> = {
  secret: true,
  baseUrl: true,
  organization: true,
  actsForItself: true,
  timeout: true,
  maxRetries: true,
  extraHeaders: true,
  fetch: true,
  logger: true,
};
const OWN_HEADERS =
  /^(authorization|connection|content-length|host|idempotency-key|transfer-encoding|x-layers-organization)$/i;

/**
 * Return the settings of a client; what is not given is taken from the environment.
 *
 * @throws {ConfigurationError} The key is missing, or a setting cannot be used. The key is not in its message.
 */
export function configure(credential: Credential, given: Given): Configuration {
  const timeout = given.timeout ?? DEFAULT_TIMEOUT_MS;
  const maxRetries = given.maxRetries ?? DEFAULT_MAX_RETRIES;
  const organization = given.organization ?? null;
  const { actsForItself = false } = credential;
  const extraHeaders = given.extraHeaders ?? {};
  const problem =
    problemOfNames(given, OPTIONS) ??
    problemOfLimits(timeout, maxRetries) ??
    problemOfOrganization(organization, actsForItself) ??
    problemOfExtraHeaders(extraHeaders);
  if (problem) throw new ConfigurationError(problem);
  return {
    secret: checkedSecret(credential, given.secret ?? environment(credential.variable)),
    baseUrl: checkedBaseUrl(given.baseUrl ?? environment("LAYERS_BASE_URL") ?? DEFAULT_BASE_URL),
    organization,
    actsForItself,
    timeout,
    maxRetries,
    extraHeaders,
    fetch: given.fetch,
    logger: given.logger ?? loggerOfEnvironment(),
  };
}

/** Return which option is not among those that are known, in a sentence; undefined when all are. */
export function problemOfNames(given: object, known: object): string | undefined {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  return unknown === undefined ? undefined : `There is no option \`${unknown}\`.`;
}

/** Return what is wrong with the limits of a call, in a sentence; undefined when nothing is. */
export function problemOfLimits(timeout: unknown, maxRetries: unknown): string | undefined {
  if (typeof timeout !== "number" || !(timeout > 0 && timeout <= LONGEST_TIMEOUT_MS)) {
    return `\`timeout\` must be a number of milliseconds above 0, at most ${LONGEST_TIMEOUT_MS}.`;
  }
  if (!(Number.isSafeInteger(maxRetries) && (maxRetries as number) >= 0)) {
    return "`maxRetries` must be 0 or a positive whole number.";
  }
  return undefined;
}

/** Return what is wrong with acting for an organization, in a sentence; undefined when nothing is. */
export function problemOfOrganization(
  organization: unknown,
  actsForItself: boolean,
): string | undefined {
  if (organization === null) return undefined;
  if (actsForItself) return "An operator acts for no `organization`; name it in the call.";
  if (typeof organization === "string" && /^[\w-]{1,100}$/.test(organization)) return undefined;
  return "`organization` must be the id of an organization, such as org_….";
}

/** Return which of the headers that a caller adds is the library's own; undefined when none is. */
export function problemOfExtraHeaders(
  headers: Readonly<Record<string, string>>,
): string | undefined {
  const own = Object.keys(headers).find((name) => OWN_HEADERS.test(name));
  // Left out in silence, a key of the caller's would let the write happen again.
  return (
    own && `\`extraHeaders\`: ${own} cannot be given there; it has an option, or is the library's.`
  );
}

function checkedSecret(credential: Credential, secret: unknown): string {
  const named = `\`${credential.option}\` or ${credential.variable}`;
  if (secret === undefined) {
    throw new ConfigurationError(`There is no key. Give ${named}: ${credential.example}`);
  }
  if (typeof secret !== "string" || !credential.shape.test(secret)) {
    throw new ConfigurationError(
      `The key in ${named} cannot be used. It must look like ${credential.example}, without white space or quotes.`,
    );
  }
  return secret;
}

function checkedBaseUrl(text: string): string {
  let address: URL | undefined;
  try {
    address = new URL(text);
  } catch {
    // Said below. The address may hold a password, so it is not repeated.
  }
  if (
    !address ||
    !/^https?:$/.test(address.protocol) ||
    address.username ||
    address.password ||
    /[?#\s]/.test(text)
  ) {
    throw new ConfigurationError(
      `\`baseUrl\` or LAYERS_BASE_URL cannot be used: it must look like ${DEFAULT_BASE_URL}, without user, query or fragment.`,
    );
  }
  const plain = address.href.replace(/\/+$/, "");
  if (plain.endsWith("/v1")) {
    throw new ConfigurationError(
      "`baseUrl` or LAYERS_BASE_URL is the address of the server, without /v1 at its end.",
    );
  }
  return plain;
}

function loggerOfEnvironment(): Logger | undefined {
  if (environment("LAYERS_LOG")?.toLowerCase() !== "debug") return undefined;
  // Standard output is the program's own.
  return { debug: (message) => console.error(message) };
}
