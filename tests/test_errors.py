"""The shape of errors, and what a refused money operation becomes."""

from __future__ import annotations

import msgspec
import pytest

from partner_api.errors import CODES, KINDS, ApiError, Issue, invalid, not_found, refusal

# The table of the contract's first section.
STATUSES = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN_SCOPE": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "VALIDATION": 422,
    "IDEMPOTENCY_REQUIRED": 400,
    "IDEMPOTENCY_CONFLICT": 409,
    "IDEMPOTENCY_IN_PROGRESS": 409,
    "CONFLICT": 409,
    "BILLING_EXHAUSTED": 402,
    "RATE_LIMITED": 429,
    "PAYLOAD_TOO_LARGE": 413,
    "REQUEST_TIMEOUT": 408,
    "KILL_SWITCH": 503,
    "UNAVAILABLE": 503,
    "INTERNAL": 500,
}


def test_every_code_has_its_status() -> None:
    assert {code: kind.status for code, kind in KINDS.items()} == STATUSES
    assert set(CODES) == set(STATUSES)


def test_the_body_has_one_shape() -> None:
    body = msgspec.json.decode(ApiError("CONFLICT", "No.", {"status": "archived"}).body("req_1"))
    assert body == {
        "error": {
            "code": "CONFLICT",
            "message": "No.",
            "requestId": "req_1",
            "details": {"status": "archived"},
        }
    }


def test_details_are_absent_when_there_is_nothing_to_say() -> None:
    assert "details" not in msgspec.json.decode(not_found().body("req_1"))["error"]


def test_a_malformed_request_names_every_problem() -> None:
    error = invalid([Issue("limit", "Expected a whole number"), Issue("name", "This is required")])
    assert error.status == 422
    issues = msgspec.json.decode(error.body("req_1"))["error"]["details"]["issues"]
    assert [issue["path"] for issue in issues] == ["limit", "name"]
    assert invalid([], status=400).status == 400


def test_some_codes_always_have_their_header() -> None:
    assert ApiError("UNAUTHENTICATED").headers == {"WWW-Authenticate": "Bearer"}
    assert ApiError("IDEMPOTENCY_IN_PROGRESS").headers == {"Retry-After": "1"}
    assert "Retry-After" in ApiError("UNAVAILABLE").headers
    assert ApiError("RATE_LIMITED", headers={"Retry-After": "7"}).headers == {"Retry-After": "7"}


def test_a_refused_operation_says_what_its_reason_means() -> None:
    facts = {"reason": "monthly_credit_cap", "required": 50, "available": 20}
    error = refusal("BILLING_EXHAUSTED", facts)
    assert (error.status, error.details) == (402, facts)
    assert "cap" in error.message
    assert refusal("CONFLICT", None).message == KINDS["CONFLICT"].message


def test_a_refusal_with_an_unknown_code_is_a_fault() -> None:
    with pytest.raises(ValueError, match="OUT_OF_CHEESE"):
        refusal("OUT_OF_CHEESE", None)


@pytest.mark.parametrize("code", CODES)
def test_every_message_is_sentences(code: str) -> None:
    message = KINDS[code].message  # type: ignore[index]
    assert message[0].isupper()
    assert message.endswith(".")
