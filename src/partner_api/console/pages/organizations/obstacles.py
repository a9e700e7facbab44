"""Why an organization cannot spend, or soon cannot: what its status, keys, wallet, cap, tier and cash say together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from partner_api.console.components.text import dollars
from partner_api.edge.limits.rate_limits import TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.edge.identity.authentication import RateLimitTier
    from partner_api.ops.organizations.schemas import OpsOrganizationDetail


class Obstacle(msgspec.Struct, frozen=True):
    """One reason.

    Attributes:
        sentence: the reason, in words.
        part: the part of the organization where something can be done about it; empty for its first page.
        of_partner: whether that is at its partner.
        stops: whether nothing can be spent because of it; else it is a warning.
    """

    sentence: str
    part: str = ""
    of_partner: bool = False
    stops: bool = True


def obstacles_of(
    found: OpsOrganizationDetail,
    partner: OpsOrganizationDetail | None,
    env: Literal["live", "test"] = "live",
) -> list[Obstacle]:
    """Return everything that is in the way, what stops all first.

    Args:
        found: the organization.
        partner: its partner, if it is a child.
        env: in which environment both were read.
    """
    if found.status == "archived":
        return [Obstacle("It is archived, for good.")]
    tier = "sandbox" if env == "test" else (partner or found).rate_limit_tier
    reasons = [
        *_of_status(found, partner),
        *_of_keys(found, partner),
        *_of_wallet(found, partner),
        *_of_cap(found),
        *_of_jobs(found, tier or "standard"),
        *_of_cash(found, partner),
    ]
    return sorted(reasons, key=lambda reason: not reason.stops)


def _of_status(
    found: OpsOrganizationDetail, partner: OpsOrganizationDetail | None
) -> Iterator[Obstacle]:
    if found.status == "suspended":
        yield Obstacle("It is suspended: its keys get 503.", "settings")
    if partner is not None and partner.status != "active":
        yield Obstacle(
            f"Its partner is {partner.status}: the keys of both get 503.", "settings", True
        )


def _of_keys(
    found: OpsOrganizationDetail, partner: OpsOrganizationDetail | None
) -> Iterator[Obstacle]:
    keys = found.api_keys
    killed = f"{keys.killed:,} of its keys {'is' if keys.killed == 1 else 'are'} killed."
    if keys.active == 0 and (partner is None or partner.api_keys.active == 0):
        whose = "Neither it nor its partner has a key" if partner else "It has no key"
        yield Obstacle(f"{whose} that works." + (f" {killed}" if keys.killed else ""), "keys")
    elif keys.killed:
        yield Obstacle(killed, "keys", stops=False)
    elif keys.active == 0:
        yield Obstacle(
            "It has no key of its own; its partner's keys act for it.", "keys", stops=False
        )


def _of_wallet(
    found: OpsOrganizationDetail, partner: OpsOrganizationDetail | None
) -> Iterator[Obstacle]:
    wallet, config = found.credits, found.credit_config
    cheapest = min(msgspec.structs.astuple(wallet.estimated_credits_per_format))
    if wallet.available < cheapest:
        if wallet.balance == 0:
            what = "Its wallet is empty."
        elif wallet.available == 0:
            what = f"All {wallet.balance:,} credits are reserved for work in flight."
        else:
            what = f"Only {wallet.available:,} credits are available; the cheapest format may take {cheapest:,}."
        refill = config.refill_amount if config and config.auto_refill_enabled else None
        if partner is None or not refill:
            yield Obstacle(what, "credits")
        else:
            left = min(partner.credits.prepaid_balance, partner.credits.available)
            enough = left >= refill
            yield Obstacle(
                f"{what} A job refills {refill:,} from its partner, which has {left:,} to give.",
                "" if enough else "credits",
                of_partner=not enough,
                stops=not enough,
            )
    if wallet.subscription_tier != "free" and wallet.billing_status != "active":
        status = wallet.billing_status.replace("_", " ")
        yield Obstacle(
            f"Its subscription is {status}: the next period brings no credits.",
            "settings",
            stops=False,
        )


def _of_cap(found: OpsOrganizationDetail) -> Iterator[Obstacle]:
    wallet, config = found.credits, found.credit_config
    if config is None or config.monthly_credit_cap is None:
        return
    left = config.monthly_credit_cap - wallet.used_this_period - wallet.reserved_credits
    cheapest = min(msgspec.structs.astuple(wallet.estimated_credits_per_format))
    if left < cheapest:
        yield Obstacle(
            f"Its partner has capped it at {config.monthly_credit_cap:,} credits a month, and {max(left, 0):,} are "
            f"left until {wallet.current_period.end[:10]}.",
            "credits",
        )


def _of_jobs(found: OpsOrganizationDetail, tier: RateLimitTier) -> Iterator[Obstacle]:
    limits = TIERS[tier]
    if limits is not None and found.counts.running_jobs >= limits.running_jobs:
        yield Obstacle(
            f"{found.counts.running_jobs:,} jobs are running, which is all that the tier {tier} allows at once.",
            "settings",
            of_partner=found.parent_organization_id is not None,
        )


def _of_cash(
    found: OpsOrganizationDetail, partner: OpsOrganizationDetail | None
) -> Iterator[Obstacle]:
    if found.counts.past_due_leases:
        number = found.counts.past_due_leases
        balance = (partner or found).cash_balance_cents or 0
        whose = "its partner" if partner else "it"
        late = "lease is" if number == 1 else "leases are"
        yield Obstacle(
            f"{number:,} {late} past due; {whose} has {dollars(balance)} in cash.",
            "leases",
            stops=False,
        )
