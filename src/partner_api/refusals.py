"""What the SQL functions refuse for, and the error that a client gets for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.errors import CODES, ApiError, Code, Issue

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: dict[str, dict[str, str]] = {
    # The sentence of the error, whose details have the reason too.
    "BILLING_EXHAUSTED": {
        "insufficient_credits": "There are not enough credits. Allocate or buy some, then try again.",
        "monthly_credit_cap": "This would exceed the monthly cap. Raise it, or wait for next period.",
        "insufficient_prepaid": "There are not enough prepaid credits free. Buy credits or move fewer.",
        "insufficient_funds": "The cash wallet does not cover this. Top it up, then try again.",
    },
    # The message of the problem, with numbers of the facts.
    "VALIDATION": {
        "out_of_range": "would bring a balance above 9007199254740991",
        "in_future": "must not be in the future",
        "unknown_field": "This field is not known here; remove it",
        "set_both": "refillThreshold and refillAmount must both be set or both be null",
        "not_connected": "Expected a connected account of this project",
        "above_reservation": "Expected 0 to {maximum} credits: no more are reserved",
        "above_slideshow_price": "Expected at most {maximum} credits: it became a slideshow",
        "not_uploaded": "Expected the name of a file that was uploaded",
        "other_file": "Expected the hash and the size of the file that was uploaded",
        "wrong_count": "Expected 1 to {maximum} accounts, as the request asks for",
    },
}
"""By code, every reason that the SQL functions refuse for, and what it is to a client. The facts of a VALIDATION are
``{reason, field}``, with ``position`` and ``member`` when it is in a list, or ``{problems: [those]}``."""


def refusal(code: str, facts: Mapping[str, Any] | None) -> ApiError:
    """Turn the refusal of an SQL function into the error the client gets.

    Args:
        code: the outcome's code.
        facts: the outcome's facts, in snake_case; they become the details.

    Raises:
        ValueError: the API does not know the code, or not this reason for it.
    """
    if code not in CODES:
        raise ValueError(f"an SQL function refused with the unknown code {code!r}")
    if facts is None:
        return ApiError(code)
    if code == "VALIDATION":
        # All of them: there are no more than the elements of a list that was read.
        issues = [_issue(problem) for problem in facts.get("problems", [facts])]
        return ApiError(code, details={"issues": issues})
    text = _text(code, facts["reason"]) if "reason" in facts else None
    return ApiError(code, text, {_camel_case(name): value for name, value in facts.items()})


def _issue(facts: Mapping[str, Any]) -> Issue:
    place = f"[{facts['position']}].{facts['member']}" if "position" in facts else ""
    text = _text("VALIDATION", facts["reason"])
    return Issue(_camel_case(facts["field"]) + place, text.format_map(facts))


def _text(code: Code, reason: str) -> str:
    text = REASONS.get(code, {}).get(reason)
    if text is None:
        raise ValueError(f"an SQL function refused {code} for the unknown reason {reason!r}")
    return text


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
