"""What operators decide about an organization: its status, a partner's tier and prices, its subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h
import msgspec

from partner_api.console.components.money import confirm_above
from partner_api.console.components.text import section
from partner_api.console.declare import Confirmation, Done, Pages
from partner_api.console.pages.organizations.frame import address, organization_view
from partner_api.console.pages.organizations.terms import (
    status_form,
    subscription_form,
    terms_form,
)
from partner_api.console.visit import CONFIRMED
from partner_api.errors import Issue, invalid
from partner_api.ops.credits import routes as credits
from partner_api.ops.organizations import routes as organizations
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from partner_api.console.declare import View
    from partner_api.console.visit import Visit
    from partner_api.ops.organizations.schemas import OpsOrganizationDetail

pages = Pages()


@pages.page("/organizations/{orgId}/settings")
async def show_settings(visit: Visit, org_id: str) -> View:
    """Show what can be decided about an organization."""
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    body: list[h.Node] = []
    if found.status != "archived":
        forms = (
            ("Subscription", subscription_form(visit, found)),
            ("Tier and prices", terms_form(visit, found)),
            ("Status", status_form(visit, found)),
        )
        body = [h.div(".cards")[(section(title, node) for title, node in forms if node)]]
        if found.parent_organization_id is not None:
            body.append(_of_partner(found.parent_organization_id))
        if not visit.may(organizations.change_organization):
            body.append(h.p(".quiet")["Your role may not change its status, tier and prices."])
    return organization_view(visit, found, *body, part="settings")


@pages.action(
    "/organizations/{orgId}/status", shows=show_settings, does=(organizations.change_organization,)
)
async def change_status(visit: Visit, org_id: str) -> Done:
    """Suspend or activate an organization, having asked once more."""
    status = visit.field("status")
    live = await visit.ask(organizations.read_organization, org_id=org_id)
    if not visit.field(CONFIRMED):
        raise await _about_status(visit, live, status)
    await visit.do(organizations.change_organization, {"status": status}, org_id=org_id)
    return Done(
        address(org_id),
        "It is suspended." if status == "suspended" else "It is active again.",
    )


@pages.action(
    "/organizations/{orgId}/terms", shows=show_settings, does=(organizations.change_organization,)
)
async def change_terms(visit: Visit, org_id: str) -> Done:
    """Change the tier and the prices of a partner: of what is filled in, what differs."""
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    before = found.format_prices and msgspec.structs.asdict(found.format_prices)
    asked = {name: _price(visit, name) for name in before or {}}
    prices = {name: price for name, price in asked.items() if before and price != before[name]}
    tier = visit.field("rateLimitTier")
    changes: dict[str, object] = {}
    if tier != found.rate_limit_tier:
        changes["rateLimitTier"] = tier
    if prices:
        changes["formatPrices"] = prices
    if not changes:
        return Done(address(org_id, "settings"), "Nothing has changed.")
    await visit.do(organizations.change_organization, changes, org_id=org_id)
    return Done(address(org_id, "settings"), "The tier and the prices hold from now on.")


@pages.action(
    "/organizations/{orgId}/subscription", shows=show_settings, does=(credits.set_subscription,)
)
async def subscribe(visit: Visit, org_id: str) -> Done:
    """Set a subscription."""
    await set_subscription(visit, org_id)
    return Done(address(org_id), "The subscription is set.")


async def set_subscription(visit: Visit, org_id: str) -> None:
    """Set the subscription of a form, which is asked about once more when it grants more than an amount.

    Raises:
        Confirmation: it does.
        ApiError: what the API refuses.
    """
    included = visit.whole_number("includedCredits")
    if included is None:
        raise invalid([Issue("includedCredits", "Expected a number of credits, such as 0")])
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    before = found.included_credits
    started_on = visit.optional("startedAt")
    billing = visit.field("billingStatus")
    # Periods that begin on another day begin anew, and whoever becomes active may have had nothing yet.
    moves = started_on is not None and started_on <= f"{visit.request.now:%Y-%m-%d}"
    anew = moves or billing != found.credits.billing_status
    # What is granted now: what this period has not had, or all of it when another period begins.
    granted = included - (0 if anew or started_on else found.credits.included_this_period)
    confirm_above(
        visit,
        max(abs(included - before), granted),
        "credits",
        f"{visible(found.name)} is granted so many credits each period: more at once, fewer from the next period on."
        + (" Another day ends the period that is running now." if started_on else "")
        if billing == "active"
        else f"{visible(found.name)} is granted nothing while billing is {billing.replace('_', ' ')}.",
        [("Included in a period", before, included)],
    )
    await visit.do(
        credits.set_subscription,
        {
            "tier": visit.field("tier"),
            "includedCredits": included,
            "billingStatus": billing,
            "startedAt": f"{started_on}T00:00:00Z" if started_on else None,
        },
        org_id=org_id,
    )


async def _about_status(visit: Visit, live: OpsOrganizationDetail, status: str) -> Confirmation:
    """Return the question before an organization is suspended or activated: what stops, or works again."""
    environments = [live]
    if live.parent_organization_id is None:
        environments.append(
            await visit.ask(organizations.read_organization, org_id=live.id, query={"env": "test"})
        )
    suspends = status == "suspended"
    rows: list[tuple[str, str, str]] = [("Status", live.status, status)]
    for name, one in zip(("live", "test"), environments, strict=False):
        keys, children = one.api_keys, one.counts.children
        counted = [(f"Its {name} keys that work", keys.active)]
        if live.parent_organization_id is None:
            counted += [
                (f"Its {name} children", children),
                (f"Their {name} keys that work", keys.active_of_children),
            ]
        rows += [
            (what, f"{number:,}", "0") if suspends else (what, "0", f"{number:,}")
            for what, number in counted
        ]
    name = visible(live.name)
    sentence = (
        f"From the next request on, the keys of {name} and of all its children get 503, in both environments. "
        "Leases go on and are charged."
        if suspends
        else f"The keys of {name}, and of those of its children that are active, work again at once."
    )
    return Confirmation(sentence, rows)


def _price(visit: Visit, name: str) -> int:
    price = visit.whole_number(name)
    if price is None:
        raise invalid([Issue(name, "Expected a number of credits")])
    return price


def _of_partner(partner_id: str) -> h.Node:
    return h.p[
        "A child has the tier and the prices of its partner, which also decides on its cap and refill. ",
        h.a(href=address(partner_id, "settings"))["The partner's settings"],
    ]
