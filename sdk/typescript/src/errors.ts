import { retryAfter } from "./core/decisions.js";
import type { Job } from "./partner/types.js";

/** A problem of a request. */
export interface Issue {
  /** Where it is: `name`, `scopes[2]`; empty for the whole request. */
  path: string;
  message: string;
}

/** The base of every error of this library. */
export class LayersError extends Error {
  static {
    LayersError.prototype.name = "LayersError";
  }
}

/** A client cannot be made of what it was given: the key is missing, or a setting cannot be used. */
export class ConfigurationError extends LayersError {
  static {
    ConfigurationError.prototype.name = "ConfigurationError";
  }
}

/** A request does not prove that it is a webhook of Layers, sent now. */
export class WebhookVerificationError extends LayersError {
  static {
    WebhookVerificationError.prototype.name = "WebhookVerificationError";
  }
}

/**
 * No answer: there was no connection, or it was lost; `cause` says how. A write may have happened. Send it again with
 * the same `idempotencyKey` to find out: it happens once.
 */
export class APIConnectionError extends LayersError {
  static {
    APIConnectionError.prototype.name = "APIConnectionError";
  }
  /** The key of the write; null for a read. */
  readonly idempotencyKey: string | null;

  constructor(message: string, idempotencyKey: string | null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.idempotencyKey = idempotencyKey;
  }
}

/** No answer within the time limit of the call. A write may have happened. */
export class APITimeoutError extends APIConnectionError {
  static {
    APITimeoutError.prototype.name = "APITimeoutError";
  }
}

/** What an error of the API is made of. */
export interface APIErrorParts {
  status: number;
  code: string;
  headers: Headers;
  requestId: string | null;
  details: Record<string, unknown>;
  idempotencyKey: string | null;
}

/** The API refused, or failed; also the class of codes that this version does not know. */
export class APIError extends LayersError {
  static {
    APIError.prototype.name = "APIError";
  }
  /** The HTTP status. */
  readonly status: number;
  /** What went wrong, such as `NOT_FOUND`; empty when the answer is not one of the API. */
  readonly code: string;
  /** What to quote when you ask for help. */
  readonly requestId: string | null;
  /** What there is to say beside the message; its fields depend on the code. */
  readonly details: Record<string, unknown>;
  readonly headers: Headers;
  /** The key of the write; null for a read. */
  readonly idempotencyKey: string | null;

  constructor(message: string, parts: APIErrorParts) {
    super(message);
    this.status = parts.status;
    this.code = parts.code;
    this.requestId = parts.requestId;
    this.details = parts.details;
    this.headers = parts.headers;
    this.idempotencyKey = parts.idempotencyKey;
  }
}

/** `UNAUTHENTICATED`: the key is unknown, wrong, revoked, or of the other environment. */
export class AuthenticationError extends APIError {
  static {
    AuthenticationError.prototype.name = "AuthenticationError";
  }
}

/** `FORBIDDEN_SCOPE`: the key lacks a scope. */
export class PermissionDeniedError extends APIError {
  static {
    PermissionDeniedError.prototype.name = "PermissionDeniedError";
  }

  /** The scope that the call needs. */
  get requiredScope(): string | null {
    return text(this.details.requiredScope);
  }
}

/** `NOT_FOUND`: it does not exist, or this key cannot see it; the two look the same. */
export class NotFoundError extends APIError {
  static {
    NotFoundError.prototype.name = "NotFoundError";
  }
}

/** `METHOD_NOT_ALLOWED`: the address exists, but not with this method. */
export class MethodNotAllowedError extends APIError {
  static {
    MethodNotAllowedError.prototype.name = "MethodNotAllowedError";
  }

  /** The methods that it takes. */
  get allow(): string[] {
    const { allow } = this.details;
    return Array.isArray(allow) ? allow.map(String) : [];
  }
}

/** `VALIDATION`: a part of the request is malformed. */
export class ValidationError extends APIError {
  static {
    ValidationError.prototype.name = "ValidationError";
  }

  constructor(message: string, parts: APIErrorParts) {
    // A printed error leaves out what is as deep in its fields as these are.
    const lines = issuesOf(parts).map((issue) => `\n  ${issue?.path}: ${issue?.message}`);
    super(message + lines.join(""), parts);
  }

  /** Every problem of the request. */
  get issues(): Issue[] {
    return issuesOf(this);
  }
}

/** `IDEMPOTENCY_REQUIRED`: a write that moves money came without a key. */
export class IdempotencyRequiredError extends APIError {
  static {
    IdempotencyRequiredError.prototype.name = "IdempotencyRequiredError";
  }
}

/** `IDEMPOTENCY_CONFLICT`: the key was used for another request. */
export class IdempotencyConflictError extends APIError {
  static {
    IdempotencyConflictError.prototype.name = "IdempotencyConflictError";
  }
}

/** `IDEMPOTENCY_IN_PROGRESS`: the first request with this key has not ended yet. */
export class IdempotencyInProgressError extends APIError {
  static {
    IdempotencyInProgressError.prototype.name = "IdempotencyInProgressError";
  }
}

/** `CONFLICT`: the state does not allow it; `details` says what it collided with. */
export class ConflictError extends APIError {
  static {
    ConflictError.prototype.name = "ConflictError";
  }
}

/** `BILLING_EXHAUSTED`: there are not enough credits, or not enough money. */
export class BillingExhaustedError extends APIError {
  static {
    BillingExhaustedError.prototype.name = "BillingExhaustedError";
  }

  /** What was short, such as `insufficient_credits` or `monthly_credit_cap`. */
  get reason(): string | null {
    return text(this.details.reason);
  }

  /** How much it takes: credits or cents. */
  get required(): number | null {
    return amount(this.details.required);
  }

  /** How much there is: credits or cents. */
  get available(): number | null {
    return amount(this.details.available);
  }
}

/** `RATE_LIMITED`: too many requests, or too many jobs at once. */
export class RateLimitedError extends APIError {
  static {
    RateLimitedError.prototype.name = "RateLimitedError";
  }

  /** Seconds to wait; null when the server does not say. */
  get retryAfter(): number | null {
    return retryAfter(this.headers) ?? null;
  }

  /** Which limit it was, such as `concurrent_jobs`. */
  get limit(): string | null {
    return text(this.details.limit);
  }
}

/** `PAYLOAD_TOO_LARGE`: the body is larger than the route takes. */
export class PayloadTooLargeError extends APIError {
  static {
    PayloadTooLargeError.prototype.name = "PayloadTooLargeError";
  }
}

/** `REQUEST_TIMEOUT`: the server waited for the rest of the body in vain. */
export class RequestTimeoutError extends APIError {
  static {
    RequestTimeoutError.prototype.name = "RequestTimeoutError";
  }
}

/** `KILL_SWITCH`: the key or the organization is suspended. */
export class KillSwitchError extends APIError {
  static {
    KillSwitchError.prototype.name = "KillSwitchError";
  }

  /** What is suspended: `key` or `organization`. */
  get scope(): string | null {
    return text(this.details.scope);
  }
}

/** `UNAVAILABLE`: the server cannot do it now. Nothing has happened, unless `outcome` is `unknown`. */
export class UnavailableError extends APIError {
  static {
    UnavailableError.prototype.name = "UnavailableError";
  }

  /** `unknown` when it may have happened; else null. */
  get outcome(): string | null {
    return text(this.details.outcome);
  }
}

/** `INTERNAL`: a fault of the server. */
export class InternalServerError extends APIError {
  static {
    InternalServerError.prototype.name = "InternalServerError";
  }
}

/** A job that was waited for has failed; `job.error` says why. */
export class JobFailedError extends LayersError {
  static {
    JobFailedError.prototype.name = "JobFailedError";
  }
  readonly job: Job;

  constructor(message: string, job: Job) {
    super(message);
    this.job = job;
  }
}

/** A job that was waited for was canceled. */
export class JobCanceledError extends LayersError {
  static {
    JobCanceledError.prototype.name = "JobCanceledError";
  }
  readonly job: Job;

  constructor(message: string, job: Job) {
    super(message);
    this.job = job;
  }
}

function issuesOf({ details }: { details: Record<string, unknown> }): Issue[] {
  return Array.isArray(details.issues) ? details.issues : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function amount(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
