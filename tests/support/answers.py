"""What holds for every answer, and for every refusal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

REQUEST_ID = re.compile(r"req_[0-7][0-9A-HJKMNP-TV-Z]{25}")

# The table of the contract.
STATUS = {
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


def bearer(secret: str) -> dict[str, str]:
    """The header that authenticates with a key or token."""
    return {"Authorization": f"Bearer {secret}"}


async def check_every_answer(response: httpx2.Response) -> None:
    """Hold one answer to what all of them have; a hook of the client."""
    assert REQUEST_ID.fullmatch(response.headers["X-Request-Id"]), response.headers
    assert response.headers["X-Layers-Development"] == "true"
    assert response.headers["Content-Type"]


def granted(response: httpx2.Response, status: int = 200) -> Any:
    """The JSON of an answer that did what was asked."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/json"
    return response.json()


def refused(response: httpx2.Response, code: str, status: int | None = None) -> dict[str, Any]:
    """The details of a refusal with this code; empty when it has none."""
    assert response.status_code == (status or STATUS[code]), response.text
    return error_details(response.content, response.headers, code)


def error_details(body: bytes, headers: Any, code: str) -> dict[str, Any]:
    """Check the shape of a refusal, and give its details."""
    assert headers["Content-Type"] == "application/json"
    answer = json.loads(body)
    assert set(answer) == {"error"}
    error: dict[str, Any] = answer["error"]
    assert set(error) - {"details"} == {"code", "message", "requestId"}
    assert error["code"] == code
    assert error["requestId"] == headers["X-Request-Id"]
    assert error["message"].endswith(".")
    details: dict[str, Any] = error.get("details", {})
    assert "details" not in error or details, "details without anything in them"
    return details


def issues(response: httpx2.Response, status: int = 422) -> dict[str, str]:
    """What a VALIDATION lists: message by path, one for each problem."""
    listed = refused(response, "VALIDATION", status)["issues"]
    assert all(set(issue) == {"path", "message"} and issue["message"] for issue in listed)
    paths = [issue["path"] for issue in listed]
    assert len(set(paths)) == len(paths), "two issues for one path"
    return {issue["path"]: issue["message"] for issue in listed}


def without_request_id(response: httpx2.Response) -> bytes:
    """A body without the one thing in it that differs between two requests."""
    return response.content.replace(response.headers["X-Request-Id"].encode(), b"req")
