"""The shape of errors, and what a refused money operation becomes."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.answers import STATUS

from partner_api.errors import CODES, KINDS, ApiError, Issue, invalid, not_found
from partner_api.refusals import REASONS, refusal


def test_every_code_has_its_status() -> None:
    assert {code: kind.status for code, kind in KINDS.items()} == STATUS
    assert set(CODES) == set(STATUS)


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
    assert ApiError("IDEMPOTENCY_IN_PROGRESS").headers["Retry-After"] == "1"
    assert "Retry-After" in ApiError("UNAVAILABLE").headers
    assert ApiError("RATE_LIMITED", headers={"Retry-After": "7"}).headers["Retry-After"] == "7"


def test_what_looks_like_a_passing_error_says_whether_to_send_the_request_again() -> None:
    says = {code: ApiError(code).headers.get("X-Should-Retry") for code in KINDS}
    assert {code for code, word in says.items() if word == "true"} == {
        "IDEMPOTENCY_IN_PROGRESS",
        "RATE_LIMITED",
        "REQUEST_TIMEOUT",
        "UNAVAILABLE",
        "INTERNAL",
    }
    assert {code for code, word in says.items() if word == "false"} == {
        "CONFLICT",
        "IDEMPOTENCY_CONFLICT",
        "KILL_SWITCH",
    }
    doubtful = {code for code, kind in KINDS.items() if kind.status in (408, 409, 429, 500, 503)}
    assert doubtful == {code for code, word in says.items() if word}


def test_a_refused_operation_says_what_its_reason_means() -> None:
    facts = {"reason": "monthly_credit_cap", "required": 50, "available": 20}
    error = refusal("BILLING_EXHAUSTED", facts)
    assert (error.status, error.details) == (402, facts)
    assert "cap" in error.message
    assert refusal("CONFLICT", None).message == KINDS["CONFLICT"].message


_CONFIGURATION_ISSUE = "refillThreshold and refillAmount must both be set or both be null"
# What every reason for a malformed request becomes: its facts, the path and the message.
_PROBLEMS: dict[str, tuple[dict[str, object], str, str]] = {
    "out_of_range": (
        {"field": "amount_cents"},
        "amountCents",
        "would bring a balance above 9007199254740991",
    ),
    "in_future": ({"field": "started_at"}, "startedAt", "must not be in the future"),
    "unknown_field": (
        {"field": "auto_refill_enabled"},
        "autoRefillEnabled",
        "This field is not known here; remove it",
    ),
    "set_both": ({"field": "refill_amount"}, "refillAmount", _CONFIGURATION_ISSUE),
    "not_connected": (
        {"field": "social_account_id"},
        "socialAccountId",
        "Expected a connected account of this project",
    ),
    "above_reservation": (
        {"field": "credits_charged", "maximum": 50},
        "creditsCharged",
        "Expected 0 to 50 credits: no more are reserved",
    ),
    "above_slideshow_price": (
        {"field": "credits_charged", "maximum": 50},
        "creditsCharged",
        "Expected at most 50 credits: it became a slideshow",
    ),
    "not_uploaded": (
        {"field": "assets", "position": 1, "member": "name"},
        "assets[1].name",
        "Expected the name of a file that was uploaded",
    ),
    "other_file": (
        {"field": "assets", "position": 0, "member": "sha256"},
        "assets[0].sha256",
        "Expected the hash and the size of the file that was uploaded",
    ),
    "wrong_count": (
        {"field": "pool_account_ids", "maximum": 3},
        "poolAccountIds",
        "Expected 1 to 3 accounts, as the request asks for",
    ),
}
_SENTENCES = {
    "insufficient_credits": "There are not enough credits. Allocate or buy some, then try again.",
    "monthly_credit_cap": "This would exceed the monthly cap. Raise it, or wait for next period.",
    "insufficient_prepaid": "There are not enough prepaid credits free. Buy credits or move fewer.",
    "insufficient_funds": "The cash wallet does not cover this. Top it up, then try again.",
}


def test_every_reason_is_tried_here() -> None:
    assert REASONS.keys() == {"VALIDATION", "BILLING_EXHAUSTED"}
    assert REASONS["VALIDATION"].keys() == _PROBLEMS.keys()
    assert REASONS["BILLING_EXHAUSTED"] == _SENTENCES


@pytest.mark.parametrize("reason", _PROBLEMS)
def test_a_refused_value_is_a_problem_at_its_path(reason: str) -> None:
    facts, path, message = _PROBLEMS[reason]
    body = refusal("VALIDATION", {"reason": reason, **facts}).body("req_1")
    issues = f'{{"issues":[{{"path":"{path}","message":"{message}"}}]}}'
    assert body.endswith(f'"details":{issues}}}}}'.encode())


def test_several_refused_values_are_problems_in_their_order() -> None:
    problems = [
        {"reason": "other_file", "field": "assets", "position": 0, "member": "sha256"},
        {"reason": "not_uploaded", "field": "assets", "position": 2, "member": "name"},
    ]
    error = refusal("VALIDATION", {"problems": problems})
    assert error.status == 422
    assert [issue.path for issue in (error.details or {})["issues"]] == [
        "assets[0].sha256",
        "assets[2].name",
    ]


@pytest.mark.parametrize("reason", _SENTENCES)
def test_a_refused_payment_says_its_reason_and_its_sentence(reason: str) -> None:
    facts = {"reason": reason, "required": 50, "available": 20}
    error = refusal("BILLING_EXHAUSTED", facts)
    assert (error.status, error.message, error.details) == (402, _SENTENCES[reason], facts)


def test_the_facts_of_a_refusal_are_details_by_their_names_on_the_wire() -> None:
    facts = {"charged_cents": 5, "refunded_cents": 4, "status": "paid"}
    error = refusal("CONFLICT", facts)
    assert error.message == KINDS["CONFLICT"].message
    assert list((error.details or {}).items()) == [
        ("chargedCents", 5),
        ("refundedCents", 4),
        ("status", "paid"),
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [("VALIDATION", "too_cheesy"), ("CONFLICT", "too_cheesy"), ("CONFLICT", "in_future")],
)
def test_a_refusal_with_an_unknown_reason_is_a_fault(code: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        refusal(code, {"reason": reason, "field": "cheese"})


def test_a_refusal_with_an_unknown_code_is_a_fault() -> None:
    with pytest.raises(ValueError, match="OUT_OF_CHEESE"):
        refusal("OUT_OF_CHEESE", None)


@pytest.mark.parametrize("code", CODES)
def test_every_message_is_sentences(code: str) -> None:
    message = KINDS[code].message  # type: ignore[index]
    assert message[0].isupper()
    assert message.endswith(".")
