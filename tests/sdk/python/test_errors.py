"""The errors of the Python library: classes, fields, texts, and that they can be copied."""

from __future__ import annotations

import copy
import pickle
from typing import Any, get_args

import pytest
from tests.sdk.python.scripted import refusal

import layers_partner
from layers_partner import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    BillingExhaustedError,
    Headers,
    JobCanceledError,
    JobFailedError,
    KillSwitchError,
    LayersError,
    MethodNotAllowedError,
    PermissionDeniedError,
    RateLimitedError,
    UnavailableError,
    ValidationError,
)
from layers_partner.core.answers import Answer
from layers_partner.errors import BY_CODE
from partner_api.errors import CODES, Code


def error_of(status: int, code: str, details: object = None, **headers: str) -> Any:
    import json

    reply = refusal(status, code, details, **headers)
    answer = Answer(status, Headers(reply.headers.items()), json.dumps(reply.body).encode())
    assert answer.error is not None
    return answer.error


def test_each_code_of_the_server_has_a_class_of_its_own() -> None:
    assert set(BY_CODE) == set(CODES) == set(get_args(Code))
    assert len(set(BY_CODE.values())) == len(BY_CODE)
    for code, kind in BY_CODE.items():
        error = error_of(400, code)
        assert type(error) is kind
        assert (error.status, error.code, error.message) == (400, code, "No.")
        assert error.request_id == "req_1"
        assert kind.__doc__ is not None
        assert f"``{code}``" in kind.__doc__
        assert getattr(layers_partner, kind.__name__) is kind


def test_details_are_fields() -> None:
    billing: BillingExhaustedError = error_of(
        402, "BILLING_EXHAUSTED", {"reason": "insufficient_credits", "required": 5, "available": 0}
    )
    assert (billing.reason, billing.required, billing.available) == ("insufficient_credits", 5, 0)
    limited: RateLimitedError = error_of(
        429, "RATE_LIMITED", {"limit": "concurrent_jobs"}, Retry_After="7"
    )
    assert (limited.limit, limited.retry_after) == ("concurrent_jobs", 7.0)
    invalid: ValidationError = error_of(
        422, "VALIDATION", {"issues": [{"path": "name", "message": "is too long"}, 5]}
    )
    assert invalid.issues == [{"path": "name", "message": "is too long"}]
    assert "\n  name: is too long" in str(invalid)
    denied: PermissionDeniedError = error_of(403, "FORBIDDEN_SCOPE", {"requiredScope": "org:admin"})
    assert denied.required_scope == "org:admin"
    killed: KillSwitchError = error_of(503, "KILL_SWITCH", {"scope": "organization"})
    assert killed.scope == "organization"
    method: MethodNotAllowedError = error_of(405, "METHOD_NOT_ALLOWED", {"allow": ["GET"]})
    assert method.allow == ["GET"]
    unavailable: UnavailableError = error_of(503, "UNAVAILABLE", {"outcome": "unknown"})
    assert unavailable.outcome == "unknown"


def test_details_that_are_not_there_are_none() -> None:
    odd: dict[str, object] = {"required": True, "reason": 5, "issues": 1, "allow": 1}
    several: list[object] = [None, [], "text", {}, odd]
    for details in several:
        assert error_of(402, "BILLING_EXHAUSTED", details).reason is None
        assert error_of(402, "BILLING_EXHAUSTED", details).required is None
        assert error_of(422, "VALIDATION", details).issues == []
        assert error_of(405, "METHOD_NOT_ALLOWED", details).allow == []
        assert error_of(429, "RATE_LIMITED", details).limit is None
        assert error_of(429, "RATE_LIMITED", details).retry_after is None


def test_an_unknown_code_is_the_class_of_all() -> None:
    error = error_of(404, "GONE_FISHING", {"until": "Monday"})
    assert type(error) is APIError
    assert (error.code, error.details) == ("GONE_FISHING", {"until": "Monday"})


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b'{"error": "no"}', b'{"error": {"code": 5}}', b"\xff", b"null"]
)
def test_an_answer_of_somebody_else_has_a_status_and_no_code(body: bytes) -> None:
    error = Answer(502, Headers([("X-Request-Id", "req_2")]), body).error
    assert error is not None
    assert type(error) is APIError
    assert (error.status, error.code, error.request_id) == (502, "", "req_2")
    assert str(error).startswith("502: The answer is not one of the API.")


ERRORS = [
    error_of(402, "BILLING_EXHAUSTED", {"required": 5}, Retry_After="1"),
    error_of(422, "VALIDATION", {"issues": [{"path": "a", "message": "b"}]}),
    APIError("No.", status=500, idempotency_key="k1"),
    APIConnectionError("lost", idempotency_key="k1"),
    APITimeoutError("late"),
    JobFailedError("failed", job={"jobId": "job_1"}),  # type: ignore[typeddict-item]
    JobCanceledError("canceled", job={"jobId": "job_1"}),  # type: ignore[typeddict-item]
    layers_partner.ConfigurationError("no key"),
    layers_partner.WebhookVerificationError("no header"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_can_be_copied_and_pickled(error: LayersError) -> None:
    error.add_note("a note")
    for twin in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.args == error.args
        assert twin.__notes__ == error.__notes__
        for name, value in vars(error).items():
            found = getattr(twin, name)
            assert (dict(found) if name == "headers" else found) == (
                dict(value) if name == "headers" else value
            )


def test_the_errors_are_under_those_of_their_kind() -> None:
    assert issubclass(APITimeoutError, APIConnectionError)
    assert not issubclass(APIConnectionError, APIError)
    assert all(issubclass(kind, APIError) for kind in BY_CODE.values())
    assert all(isinstance(error, LayersError) for error in ERRORS)


def test_headers_have_no_case() -> None:
    headers = Headers([("X-Request-Id", "req_1"), ("Vary", "a"), ("vary", "b")])
    assert headers["x-request-id"] == headers["X-REQUEST-ID"] == "req_1"
    assert headers["Vary"] == "a, b"
    assert "VARY" in headers
    assert not headers.__contains__(5)
    assert dict(headers) == {"x-request-id": "req_1", "vary": "a, b"}
    assert "req_1" not in repr(headers)
