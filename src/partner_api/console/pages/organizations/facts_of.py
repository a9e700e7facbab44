"""Who an organization is, and how much it has of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h
import msgspec

from partner_api.console.components.text import badge, facts, identifier, instant, other, section
from partner_api.console.pages.organizations.frame import address

if TYPE_CHECKING:
    from partner_api.ops.organizations.schemas import OpsOrganization, OpsOrganizationDetail


def facts_of(found: OpsOrganizationDetail, partner: OpsOrganizationDetail | None) -> h.Node:
    """Return who an organization is.

    Args:
        found: the organization.
        partner: of a child; it has its tier and prices.
    """
    terms = partner or found
    rows: list[tuple[str, h.Node]] = [
        ("Id", identifier(found.id)),
        ("Status", badge(found.status)),
    ]
    if partner is None:
        rows.append(("Kind", "partner"))
    else:
        rows.append(("Child of", h.a(href=address(partner.id))[other(partner.name)]))
    rows += [
        ("Tier", [terms.rate_limit_tier, " (its partner's)" if partner else None]),
        ("Billing e-mail", other(found.billing_email)),
        ("Created", instant(found.created_at)),
        ("Changed", instant(found.updated_at)),
    ]
    return section(
        "Organization",
        facts(*rows),
        _prices(terms, is_partners=partner is not None),
        _metadata(found.metadata),
        id="organization",
    )


def holdings(found: OpsOrganizationDetail) -> h.Node:
    """Return how much an organization has of what, each with a link to it."""
    counts, keys = found.counts, found.api_keys
    is_partner = found.parent_organization_id is None

    def link(number: int, to: str) -> h.Node:
        return h.a(href=to)[f"{number:,}"]

    own = f"organizationId={found.id}"
    rows: list[tuple[str, h.Node]] = [
        ("Keys that work", link(keys.active, address(found.id, "keys"))),
        ("Killed keys", link(keys.killed, address(found.id, "keys"))),
    ]
    if is_partner:
        rows += [
            ("Children", link(counts.children, address(found.id, "children"))),
            ("Children's keys that work", f"{keys.active_of_children:,}"),
        ]
    rows += [
        ("Projects", link(counts.projects, address(found.id, "projects"))),
        (
            "Leased accounts",
            link(counts.leased_accounts, f"{address(found.id, 'leases')}?status=assigned"),
        ),
        (
            "Of them past due",
            link(counts.past_due_leases, f"{address(found.id, 'leases')}?billingStatus=past_due"),
        ),
        (
            "Open lease requests",
            link(counts.open_lease_requests, f"/console/lease-requests?{own}"),
        ),
        ("Running jobs", link(counts.running_jobs, f"/console/jobs?{own}&status=running")),
    ]
    return section("What it has", facts(*rows), id="holdings")


def _prices(terms: OpsOrganization, *, is_partners: bool) -> h.Node:
    if terms.format_prices is None:
        return None
    prices = msgspec.structs.asdict(terms.format_prices)
    return h.details[
        h.summary[
            "The most that a piece of content costs",
            " (its partner's)" if is_partners else None,
        ],
        h.table(".plain")[
            h.thead[h.tr[h.th(scope="col")["Format"], h.th(".number", scope="col")["Credits"]]],
            h.tbody[
                (
                    h.tr[h.th(scope="row")[name.replace("_", " ")], h.td(".number")[f"{price:,}"]]
                    for name, price in prices.items()
                )
            ],
        ],
    ]


def _metadata(metadata: dict[str, str]) -> h.Node:
    if not metadata:
        return None
    return h.details[
        h.summary[f"Metadata ({len(metadata)})"],
        h.div(".scroll", role="region", aria_label="Metadata", tabindex="0")[
            h.table(".plain")[
                h.thead[h.tr[h.th(scope="col")["Name"], h.th(scope="col")["Value"]]],
                h.tbody[
                    (
                        h.tr[h.th(scope="row")[other(name)], h.td[other(value)]]
                        for name, value in metadata.items()
                    )
                ],
            ]
        ],
    ]
