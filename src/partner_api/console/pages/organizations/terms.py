"""The forms of what operators decide about an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import msgspec

from partner_api.console.components.form import Field, form
from partner_api.console.components.money import before_and_after
from partner_api.console.pages.organizations.frame import address
from partner_api.credits.store import BillingStatus, SubscriptionTier
from partner_api.edge.identity.authentication import RateLimitTier
from partner_api.edge.limits.rate_limits import TIERS
from partner_api.ops.credits import routes as credits
from partner_api.ops.organizations import routes as organizations

if TYPE_CHECKING:
    import htpy as h

    from partner_api.console.visit import Visit
    from partner_api.ops.organizations.schemas import OpsOrganizationDetail


def _tier(name: RateLimitTier) -> str:
    limits = TIERS[name]
    if limits is None:
        return f"{name}: no limit"
    return (
        f"{name}: {limits.read_per_minute:,} reads and {limits.write_per_minute:,} writes a minute, "
        f"{limits.running_jobs:,} jobs at once"
    )


TIER_OPTIONS: Final = [(name, _tier(name)) for name in get_args(RateLimitTier)]


def status_form(visit: Visit, found: OpsOrganizationDetail) -> h.Node:
    """Return the form that suspends or activates an organization."""
    suspends = found.status == "active"
    return form(
        visit,
        "status",
        address(found.id, "status"),
        [Field("status", kind="hidden", value="suspended" if suspends else "active")],
        submit="Suspend it…" if suspends else "Activate it…",
        tone="danger" if suspends else "primary",
        does=organizations.change_organization,
    )


def terms_form(visit: Visit, found: OpsOrganizationDetail) -> h.Node:
    """Return the form with the tier and the prices of a partner; nothing for a child."""
    if found.format_prices is None or found.rate_limit_tier is None:
        return None
    prices = msgspec.structs.asdict(found.format_prices)
    return form(
        visit,
        "terms",
        address(found.id, "terms"),
        [
            Field(
                "rateLimitTier",
                "Tier",
                "select",
                value=found.rate_limit_tier,
                options=TIER_OPTIONS,
                hint="Of each of its keys, and of its children's.",
            ),
            *(
                Field(
                    name,
                    f"{name.replace('_', ' ').capitalize()}, credits at most",
                    "number",
                    value=str(price),
                    required=True,
                )
                for name, price in prices.items()
            ),
        ],
        submit="Change tier and prices",
        does=organizations.change_organization,
    )


def subscription_form(
    visit: Visit, found: OpsOrganizationDetail, action: str = "subscription"
) -> h.Node:
    """Return the form with a subscription.

    Args:
        visit: of the page that it is on.
        found: whose subscription it is.
        action: the part of the organization's address that sets it.
    """
    wallet = found.credits
    return form(
        visit,
        "subscription",
        address(found.id, action),
        [
            Field(
                "tier",
                "Subscription",
                "select",
                value=wallet.subscription_tier,
                options=[(name, name) for name in get_args(SubscriptionTier)],
            ),
            Field(
                "includedCredits",
                "Included credits in a period",
                "number",
                value=str(found.included_credits),
                required=True,
                hint="More are granted at once, fewer hold from the next period.",
            ),
            Field(
                "billingStatus",
                "Billing",
                "select",
                value=wallet.billing_status,
                options=[(name, name.replace("_", " ")) for name in get_args(BillingStatus)],
                hint="Only active gets the credits of the next period.",
            ),
            Field(
                "startedAt",
                "Began on",
                "date",
                hint="Periods begin on this day of the month. Another day ends the period that is running now.",
            ),
        ],
        submit="Set the subscription",
        above=before_and_after(
            wallet.available,
            "credits",
            "includedCredits",
            raised_from=found.included_credits,
            filled_in=found.included_credits,
        ),
        does=credits.set_subscription,
    )
