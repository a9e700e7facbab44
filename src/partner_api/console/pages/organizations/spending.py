"""Whether an organization can spend, at a glance, and in which environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h

from partner_api.console.components.text import section
from partner_api.console.pages.organizations.frame import address
from partner_api.console.pages.organizations.obstacles import obstacles_of

if TYPE_CHECKING:
    from partner_api.console.pages.organizations.frame import Env
    from partner_api.console.pages.organizations.obstacles import Obstacle
    from partner_api.console.visit import Visit
    from partner_api.ops.organizations.schemas import OpsOrganizationDetail


def environments(visit: Visit, found: OpsOrganizationDetail, env: Env) -> h.Node:
    """Return links between the environments of a partner, and what the test environment is."""
    own = address(found.id)
    is_partner = found.parent_organization_id is None
    return [
        h.p(".environments")[
            "Environment: ",
            h.a(href=own, aria_current="true" if env == "live" else None)["live"],
            " ",
            h.a(href=f"{own}?env=test", aria_current="true" if env == "test" else None)["test"],
        ]
        if is_partner
        else None,
        h.p(".banner.archived")[
            "The test environment: its credits are fictitious, it has no money, and operators book nothing here."
        ]
        if env == "test"
        else None,
    ]


def spending(
    found: OpsOrganizationDetail, partner: OpsOrganizationDetail | None, env: Env
) -> h.Node:
    """Return whether an organization can spend, and everything that is in the way."""
    obstacles = obstacles_of(found, partner, env)
    stopped = any(one.stops for one in obstacles)
    return section(
        "Can it spend?",
        h.p(".verdict.bad" if stopped else ".verdict.good")[
            "No: a job that it starts now is refused."
            if stopped
            else f"Yes, {found.credits.available:,} credits now."
        ],
        h.ul(".obstacles")[(_obstacle(found, one) for one in obstacles)] if obstacles else None,
        id="spending",
    )


def _obstacle(found: OpsOrganizationDetail, one: Obstacle) -> h.Node:
    whose = found.parent_organization_id if one.of_partner else found.id
    link: h.Node = None
    if one.part and whose is not None:
        text = f"{'Its partner: ' if one.of_partner else ''}{one.part}"
        # Credits are given on the first page; the part of that name only shows where they went.
        to = f"{address(whose)}#credits" if one.part == "credits" else address(whose, one.part)
        link = [" ", h.a(href=to)[text]]
    return h.li(".bad" if one.stops else ".warn")[one.sentence, link]
