"""What stands around each page of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import htpy as h

from partner_api.console.components.parts import parts_of_organization
from partner_api.console.components.text import instant
from partner_api.console.declare import View
from partner_api.ops.organizations import routes as organizations
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.organizations.schemas import OpsOrganization

Env = Literal["live", "test"]
PLACE: Final = "Organizations"
LIST: Final = "/console/organizations"


def address(org_id: str, part: str = "") -> str:
    """Return the address of an organization's page, or of one of its parts."""
    return f"{LIST}/{org_id}/{part}" if part else f"{LIST}/{org_id}"


def ledger_address(org_id: str, kind: Literal["credits", "cash"], env: Env) -> str:
    """Return the address of an organization's ledger, of one of its environments."""
    own = address(org_id, kind)
    return own if env == "live" else f"{own}?env={env}"


def organization_view(
    visit: Visit, found: OpsOrganization, *body: h.Node, part: str | None = None
) -> View:
    """Return a page of an organization.

    Args:
        visit: of the page.
        found: whose it is.
        body: what it shows.
        part: what of the organization it shows; None on its first page.
    """
    name = visible(found.name)
    trail = [(PLACE, LIST)]
    if found.parent_organization_id is not None:
        trail.append(("Its partner", address(found.parent_organization_id)))
    if part is not None:
        trail.append((name, address(found.id)))
    return View(
        title=name if part is None else f"{name}: {part}",
        place=PLACE,
        trail=tuple(trail),
        body=[
            parts_of_organization(visit, found.id, is_partner=found.parent_organization_id is None),
            _banner(visit, found),
            body,
        ],
    )


def _banner(visit: Visit, found: OpsOrganization) -> h.Node:
    """Say what is out of the ordinary, on every page."""
    if found.archived_at is not None:
        return h.p(".banner.archived")[
            "Archived on ",
            instant(found.archived_at),
            ". Its keys and leases have ended and its credits went back to its partner. Nothing can be changed.",
        ]
    if found.status == "suspended":
        return h.p(".banner.bad")[
            "Suspended: its keys get 503. ",
            h.a(href=f"{address(found.id, 'settings')}#form-status")["Activate it"]
            if visit.may(organizations.change_organization)
            else None,
        ]
    return None
