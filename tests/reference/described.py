"""The reference of all routes, made once: several modules look at it, and none changes it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from partner_api.app import ROUTES
from partner_api.reference.site import Site

if TYPE_CHECKING:
    from partner_api.edge.route import Route

DESCRIBED: list[Route] = list(chain.from_iterable(ROUTES))
SITE = Site(DESCRIBED)
DOCUMENT: dict[str, Any] = SITE.document
