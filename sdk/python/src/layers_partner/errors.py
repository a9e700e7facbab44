"""The errors of the library: one class for each code of the API, all of them under ``LayersError``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, cast

from layers_partner.core.headers import Headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers_partner.partner.types import Job


class Issue(TypedDict):
    """A problem of a request."""

    path: str
    """Where it is: ``name``, ``scopes[2]``; empty for the whole request."""
    message: str


class LayersError(Exception):
    """The base of every error of this library."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.args, self.__dict__.copy())


def _rebuilt(
    kind: type[LayersError], arguments: tuple[Any, ...], state: dict[str, Any]
) -> LayersError:
    # Constructors take keywords, so copying and unpickling go around them.
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


class ConfigurationError(LayersError):
    """A client cannot be made of what it was given: the key is missing, or a setting cannot be used."""


class WebhookVerificationError(LayersError):
    """A request does not prove that it is a webhook of Layers, sent now."""


class APIConnectionError(LayersError):
    """No answer: there was no connection, or it was lost. A write may have happened.

    Send a write again with the same ``idempotency_key`` to find out: it happens once.
    """

    def __init__(self, message: str, *, idempotency_key: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.idempotency_key = idempotency_key
        """The key of the write; None for a read."""

    def __str__(self) -> str:
        if self.idempotency_key is None:
            return self.message
        return f"{self.message} (Idempotency-Key {self.idempotency_key})"


class APITimeoutError(APIConnectionError):
    """No answer within the time limit of the call. A write may have happened."""


class APIError(LayersError):
    """The API refused, or failed; also the class of codes that this version does not know."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        request_id: str | None = None,
        details: Mapping[str, Any] | None = None,
        headers: Headers | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        """The HTTP status."""
        self.code = code
        """What went wrong, such as ``NOT_FOUND``; empty when the answer is not one of the API."""
        self.request_id = request_id
        """What to quote when you ask for help."""
        self.details = dict(details or {})
        self.headers = headers if headers is not None else Headers()
        self.idempotency_key = idempotency_key
        """The key of the write; None for a read."""

    def __str__(self) -> str:
        notes = []
        if self.request_id:
            notes.append(f"request {self.request_id}")
        if self.idempotency_key:
            notes.append(f"Idempotency-Key {self.idempotency_key}")
        told = f"{self.status} {self.code}".rstrip()
        return f"{told}: {self.message}" + (f" ({', '.join(notes)})" if notes else "")

    def _text(self, name: str) -> str | None:
        value = self.details.get(name)
        return value if isinstance(value, str) else None

    def _number(self, name: str) -> int | None:
        value = self.details.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


class AuthenticationError(APIError):
    """``UNAUTHENTICATED``: the key is unknown, wrong, revoked, or of the other environment."""


class PermissionDeniedError(APIError):
    """``FORBIDDEN_SCOPE``: the key lacks a scope."""

    @property
    def required_scope(self) -> str | None:
        """The scope that the call needs."""
        return self._text("requiredScope")


class NotFoundError(APIError):
    """``NOT_FOUND``: it does not exist, or this key cannot see it; the two look the same."""


class MethodNotAllowedError(APIError):
    """``METHOD_NOT_ALLOWED``: the address exists, but not with this method."""

    @property
    def allow(self) -> list[str]:
        """The methods that it takes."""
        allowed = self.details.get("allow")
        return [str(method) for method in allowed] if isinstance(allowed, list) else []


class ValidationError(APIError):
    """``VALIDATION``: a part of the request is malformed."""

    @property
    def issues(self) -> list[Issue]:
        """Every problem of the request."""
        issues = self.details.get("issues")
        listed = issues if isinstance(issues, list) else []
        return [cast("Issue", issue) for issue in listed if isinstance(issue, dict)]

    def __str__(self) -> str:
        problems = "".join(
            f"\n  {issue.get('path') or 'the request'}: {issue.get('message')}"
            for issue in self.issues
        )
        return super().__str__() + problems


class IdempotencyRequiredError(APIError):
    """``IDEMPOTENCY_REQUIRED``: a write that moves money came without a key."""


class IdempotencyConflictError(APIError):
    """``IDEMPOTENCY_CONFLICT``: the key was used for another request."""


class IdempotencyInProgressError(APIError):
    """``IDEMPOTENCY_IN_PROGRESS``: the first request with this key has not ended yet."""


class ConflictError(APIError):
    """``CONFLICT``: the state does not allow it; ``details`` says what it collided with."""


class BillingExhaustedError(APIError):
    """``BILLING_EXHAUSTED``: there are not enough credits, or not enough money."""

    @property
    def reason(self) -> str | None:
        """What was short, such as ``insufficient_credits`` or ``monthly_credit_cap``."""
        return self._text("reason")

    @property
    def required(self) -> int | None:
        """How much it takes: credits or cents."""
        return self._number("required")

    @property
    def available(self) -> int | None:
        """How much there is: credits or cents."""
        return self._number("available")


class RateLimitedError(APIError):
    """``RATE_LIMITED``: too many requests, or too many jobs at once."""

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, if the server says so."""
        from layers_partner.core.decisions import retry_after

        return retry_after(self.headers)

    @property
    def limit(self) -> str | None:
        """Which limit it was, such as ``concurrent_jobs``."""
        limit = self.details.get("limit")
        return None if limit is None else str(limit)


class PayloadTooLargeError(APIError):
    """``PAYLOAD_TOO_LARGE``: the body is larger than the route takes."""


class RequestTimeoutError(APIError):
    """``REQUEST_TIMEOUT``: the server waited for the rest of the body in vain."""


class KillSwitchError(APIError):
    """``KILL_SWITCH``: the key or the organization is suspended."""

    @property
    def scope(self) -> str | None:
        """What is suspended: ``key`` or ``organization``."""
        return self._text("scope")


class UnavailableError(APIError):
    """``UNAVAILABLE``: the server cannot do it now. Nothing has happened, unless ``outcome`` is ``unknown``."""

    @property
    def outcome(self) -> str | None:
        """``unknown`` when it may have happened; else None."""
        return self._text("outcome")


class InternalServerError(APIError):
    """``INTERNAL``: a fault of the server."""


class JobFailedError(LayersError):
    """A job that was waited for has failed; ``job["error"]`` says why."""

    def __init__(self, message: str, *, job: Job) -> None:
        super().__init__(message)
        self.job = job


class JobCanceledError(LayersError):
    """A job that was waited for was canceled."""

    def __init__(self, message: str, *, job: Job) -> None:
        super().__init__(message)
        self.job = job


BY_CODE: dict[str, type[APIError]] = {
    "UNAUTHENTICATED": AuthenticationError,
    "FORBIDDEN_SCOPE": PermissionDeniedError,
    "NOT_FOUND": NotFoundError,
    "METHOD_NOT_ALLOWED": MethodNotAllowedError,
    "VALIDATION": ValidationError,
    "IDEMPOTENCY_REQUIRED": IdempotencyRequiredError,
    "IDEMPOTENCY_CONFLICT": IdempotencyConflictError,
    "IDEMPOTENCY_IN_PROGRESS": IdempotencyInProgressError,
    "CONFLICT": ConflictError,
    "BILLING_EXHAUSTED": BillingExhaustedError,
    "RATE_LIMITED": RateLimitedError,
    "PAYLOAD_TOO_LARGE": PayloadTooLargeError,
    "REQUEST_TIMEOUT": RequestTimeoutError,
    "KILL_SWITCH": KillSwitchError,
    "UNAVAILABLE": UnavailableError,
    "INTERNAL": InternalServerError,
}
"""The class of each code of the API."""
