"""Refusals as results: what is wrong, in the words of the API, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from layers_partner import APIConnectionError, APIError
from partner_api.commands.refusals import reason_of
from partner_api.edge.request.api_request import ACTING_HEADER
from partner_api.errors import ApiError, shorten
from partner_api.mcp.results import result_of, size_of
from partner_api.mcp.tool import IDEMPOTENCY_KEY
from partner_api.redaction import redact

if TYPE_CHECKING:
    from mcp import types

    from layers_partner import LayersError
    from partner_api.mcp.tool import BoundTool

_MOST_ISSUES: Final = 20
_MOST_DETAIL_BYTES: Final = 8_000
_MOST_CHARACTERS: Final = 1_000
_ASK: Final = "Do not try again; tell the person who runs this server."
_NEXT: Final = {
    "UNAUTHENTICATED": f"The key in LAYERS_API_KEY is not valid on this server. {_ASK}",
    "FORBIDDEN_SCOPE": "The API key may not do this; the scope that it lacks is in details. Do something else, or tell "
    "the person who runs this server.",
    "NOT_FOUND": "Take ids from the list tools; never guess them. What belongs to others looks like what does not "
    "exist.",
    "VALIDATION": "Correct the arguments that details.issues names, and call again.",
    "IDEMPOTENCY_CONFLICT": "This idempotencyKey was used for another call. If this is another intent, choose a new "
    "key; if it should be the same, send the very same arguments as then.",
    "IDEMPOTENCY_IN_PROGRESS": "The first call with this idempotencyKey has not ended. Wait a few seconds, then repeat "
    "it unchanged.",
    "CONFLICT": "The state does not allow it: read the resource again, then decide.",
    "BILLING_EXHAUSTED": "There is not enough: compare details.required and details.available. Do not repeat it; ask a "
    "person to add funds, or do less.",
    "PAYLOAD_TOO_LARGE": "Send less in one call.",
    "KILL_SWITCH": f"The key or the organization is suspended, as details.scope says. {_ASK}",
    "NOT_ENABLED": "Do without it, or tell the person who runs this server.",
}
_NONE_OF_IT: Final = (
    "The organization that this server acts for has none of it, as a child has no cash wallet; or it is not a child of "
    f"the key's organization. {_ASK}"
)
_NOT_AN_ORGANIZATION: Final = (
    "This server was started with a wrong --organization or LAYERS_ORGANIZATION; no argument can mend that. "
    f"{_ASK}"
)
_UNEXPECTED: Final = f"If it stays so after another try, quote requestId. {_ASK}"


def refused_here(error: ApiError, secret: str) -> types.CallToolResult:
    """Return the result for arguments that were not sent."""
    details = msgspec.to_builtins(error.details or {})
    return _result(
        {
            "code": error.code,
            "message": "The arguments are not valid; nothing was sent.",
            "details": details,
        },
        _NEXT["VALIDATION"],
        secret,
    )


def not_enabled(name: str, started: str, secret: str) -> types.CallToolResult:
    """Return the result for a tool that this server was started without.

    Args:
        name: of the tool.
        started: how a server is started that has it.
        secret: the key.
    """
    message = f"This server does not offer {name}. It does when it is started {started}."
    return _result({"code": "NOT_ENABLED", "message": message}, _NEXT["NOT_ENABLED"], secret)


def failed(secret: str) -> types.CallToolResult:
    """Return the result for a fault of this program; what it was is in the log."""
    message = "Something went wrong in `layers mcp` itself; its log says what."
    return _result({"code": "INTERNAL", "message": message}, _ASK, secret)


def refused_there(
    bound: BoundTool, error: LayersError, key: str | None, host: str, secret: str
) -> types.CallToolResult:
    """Return the result for what the server refused, or did not answer.

    Args:
        bound: the tool.
        error: of the library.
        key: the idempotency key of a write, as the model knows it.
        host: of the server.
        secret: the key of the client.
    """
    told: dict[str, Any]
    if isinstance(error, APIError):
        told = {
            "code": error.code or "FOREIGN_ANSWER",
            "message": error.message,
            "status": error.status,
            "requestId": error.request_id,
        }
        if error.details:
            told["details"] = error.details
        advice = _of_organization(bound, error) or _advice(error, key)
    elif isinstance(error, APIConnectionError):
        told = {"code": "NO_ANSWER", "message": f"No answer from {host} ({reason_of(error)})."}
        advice = _again(key)
    else:
        told = {"code": "NOT_SENT", "message": str(error)}
        advice = _ASK
    if key is not None:
        told[IDEMPOTENCY_KEY] = key
    return _result(told, advice, secret)


def _of_organization(bound: BoundTool, error: APIError) -> str | None:
    """Say what to do when it is not an argument that is wrong, but for whom this server acts."""
    if error.code == "NOT_FOUND" and not bound.route.path and bound.route.body is None:
        return _NONE_OF_IT
    issues = error.details.get("issues")
    if not isinstance(issues, list):
        return None
    paths = [issue.get("path") for issue in issues if isinstance(issue, dict)]
    return _NOT_AN_ORGANIZATION if ACTING_HEADER in paths else None


def _advice(error: APIError, key: str | None) -> str:
    """Say what to do about an error of the API."""
    if not error.code:
        return f"Whatever answered is not the API; LAYERS_BASE_URL may be wrong. {_again(key)}"
    if error.code == "RATE_LIMITED":
        # The library has waited as long as it may.
        seconds = error.headers.get("retry-after", "")
        wait = f"Wait {seconds} seconds" if seconds.isdecimal() and len(seconds) < 6 else "Wait"
        return f"{wait}, then call again; details.limit says which limit it was. Ask for less at a time."
    if error.code in _NEXT:
        return _NEXT[error.code]
    if (
        error.code in ("UNAVAILABLE", "REQUEST_TIMEOUT")
        and error.details.get("outcome") != "unknown"
    ):
        return f"Nothing was done. Wait a few seconds, then call again{_with(key)}."
    return f"{_again(key)} {_UNEXPECTED}"


def _again(key: str | None) -> str:
    if key is None:
        return "Nothing was changed. Try again in a while."
    return (
        f"It may have been done. To find out, call again with the same arguments{_with(key)}: then it "
        "happens once. Without that key it could happen twice."
    )


def _with(key: str | None) -> str:
    return "" if key is None else f' and {IDEMPOTENCY_KEY} "{key}"'


def _result(told: dict[str, Any], advice: str, secret: str) -> types.CallToolResult:
    details = told.get("details")
    if details:
        issues = details.get("issues")
        if isinstance(issues, list) and len(issues) > _MOST_ISSUES:
            more = {"path": "", "message": f"There are {len(issues) - _MOST_ISSUES} more problems."}
            details = {**details, "issues": [*issues[:_MOST_ISSUES], more]}
        if size_of(details) > _MOST_DETAIL_BYTES:
            details = {"omitted": "The details are too large to be shown."}
        told = {**told, "details": details}
    message = shorten(redact(str(told["message"])), _MOST_CHARACTERS)
    told = {**told, "code": shorten(str(told["code"]), 100), "message": message, "next": advice}
    told = {name: value for name, value in told.items() if value is not None}
    return result_of({"error": told}, (), secret, is_error=True)
