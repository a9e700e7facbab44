import {
  APIError,
  type APIErrorParts,
  AuthenticationError,
  BillingExhaustedError,
  ConflictError,
  IdempotencyConflictError,
  IdempotencyInProgressError,
  IdempotencyRequiredError,
  InternalServerError,
  KillSwitchError,
  MethodNotAllowedError,
  NotFoundError,
  PayloadTooLargeError,
  PermissionDeniedError,
  RateLimitedError,
  RequestTimeoutError,
  UnavailableError,
  ValidationError,
} from "../errors.js";

const BY_CODE: Readonly<Record<string, typeof APIError>> = {
  UNAUTHENTICATED: AuthenticationError,
  FORBIDDEN_SCOPE: PermissionDeniedError,
  NOT_FOUND: NotFoundError,
  METHOD_NOT_ALLOWED: MethodNotAllowedError,
  VALIDATION: ValidationError,
  IDEMPOTENCY_REQUIRED: IdempotencyRequiredError,
  IDEMPOTENCY_CONFLICT: IdempotencyConflictError,
  IDEMPOTENCY_IN_PROGRESS: IdempotencyInProgressError,
  CONFLICT: ConflictError,
  BILLING_EXHAUSTED: BillingExhaustedError,
  RATE_LIMITED: RateLimitedError,
  PAYLOAD_TOO_LARGE: PayloadTooLargeError,
  REQUEST_TIMEOUT: RequestTimeoutError,
  KILL_SWITCH: KillSwitchError,
  UNAVAILABLE: UnavailableError,
  INTERNAL: InternalServerError,
};

/** Return the error of the class that its code has. */
export function errorOf(message: string, parts: APIErrorParts): APIError {
  const Kind = Object.hasOwn(BY_CODE, parts.code) ? BY_CODE[parts.code] : undefined;
  return new (Kind ?? APIError)(message, parts);
}
