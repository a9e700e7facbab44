"""The pages that a thing is spread over: links between them, one of which is where the visit is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.visit import Visit


def parts(visit: Visit, label: str, links: Sequence[tuple[str, str]]) -> h.Node:
    """Return links to the pages of a thing; the one of the page itself is marked.

    Args:
        visit: of the page.
        label: what the links are, for whoever hears them.
        links: pairs of a text and an address.
    """
    return h.nav(".parts", aria_label=label)[
        h.ul[
            (
                h.li[
                    h.a(
                        href=address,
                        aria_current="page" if address.partition("?")[0] == visit.path else None,
                    )[text]
                ]
                for text, address in links
            )
        ]
    ]


def parts_of_organization(visit: Visit, org_id: str, *, is_partner: bool) -> h.Node:
    """Return links to all pages of an organization, to stand at the top of each of them.

    Args:
        visit: of one of these pages.
        org_id: whose, with its prefix.
        is_partner: whether it is a partner, which has children and a cash wallet.
    """
    own = f"/console/organizations/{org_id}"
    links = [
        ("Overview", own, True),
        ("Credits", f"{own}/credits", True),
        ("Cash", f"{own}/cash", is_partner),
        ("Settings", f"{own}/settings", True),
        ("Keys", f"{own}/keys", True),
        ("Children", f"{own}/children", is_partner),
        ("Projects", f"{own}/projects", True),
        ("Leases", f"{own}/leases", True),
        ("Webhooks", f"{own}/webhooks", True),
        ("Audit", f"/console/audit?organizationId={org_id}", True),
    ]
    return parts(
        visit, "Pages of this organization", [(text, to) for text, to, shown in links if shown]
    )
