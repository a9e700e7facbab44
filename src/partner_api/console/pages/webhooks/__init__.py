"""Webhooks: endpoints, those that fail first, what was sent to them, and sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.pages.webhooks import deliveries, endpoint, lists

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ROUTES: Final[list[PageRoute]] = [
    route for module in (lists, endpoint, deliveries) for route in module.pages.routes
]
