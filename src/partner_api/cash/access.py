"""Finding something of a cash wallet, or 404: only partners have one."""

from __future__ import annotations

from typing import TypeVar

from partner_api.errors import not_found

T = TypeVar("T")


def require_cash(found: T | None) -> T:
    """Return what the store has read of a cash wallet.

    Raises:
        ApiError: NOT_FOUND, when there was none.
    """
    if found is None:
        raise not_found()
    return found
