"""What an error says, whether it is a whole answer or that of one item among others."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from partner_api.errors import ApiError, Code


class ErrorContent(Struct, frozen=True, rename="camel"):
    """What went wrong, for programs (`code`, `details`) and for people (`message`)."""

    code: Code
    message: str
    request_id: str
    details: dict[str, Any] | UnsetType = UNSET


def content_of(error: ApiError, request_id: str) -> ErrorContent:
    """Return what an error says, as ``ApiError.body`` has it."""
    details = UNSET if error.details is None else dict(error.details)
    return ErrorContent(error.code, error.message, request_id, details)
