"""The rehearsal clock, or 404 where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.errors import not_found

if TYPE_CHECKING:
    from partner_api.edge.request.api_request import ApiRequest


def require_development(request: ApiRequest) -> None:
    """Check that the server runs in development mode, which alone has a clock that can be moved.

    Raises:
        ApiError: NOT_FOUND.
    """
    if not request.services.settings.development:
        raise not_found()
