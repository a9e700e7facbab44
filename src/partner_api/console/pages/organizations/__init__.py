"""Partners and their children: who they are, what they have, and what may be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.pages.organizations import (
    contents,
    keys,
    lists,
    money,
    onboarding,
    overview,
    settings,
)

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ROUTES: Final[list[PageRoute]] = [
    route
    for module in (lists, onboarding, overview, money, settings, keys, contents)
    for route in module.pages.routes
]
