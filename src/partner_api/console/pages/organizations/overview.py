"""The first page of an organization: whether it can spend, what it has, and what happened last."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.clock import format_seconds
from partner_api.console.components.form import offered
from partner_api.console.declare import Pages
from partner_api.console.pages.organizations import latest, wallets
from partner_api.console.pages.organizations.facts_of import facts_of, holdings
from partner_api.console.pages.organizations.frame import address, organization_view
from partner_api.console.pages.organizations.money_forms import cash_forms, credit_forms
from partner_api.console.pages.organizations.spending import environments, spending
from partner_api.ops.audit import routes as audit
from partner_api.ops.cash import event_routes as cash_events
from partner_api.ops.credits import event_routes as credit_events
from partner_api.ops.organizations import routes as organizations
from partner_api.ops.renewals import routes as renewals

if TYPE_CHECKING:
    from partner_api.console.declare import View
    from partner_api.console.pages.organizations.frame import Env
    from partner_api.console.visit import Visit
    from partner_api.ops.cash.event_schemas import OpsCashEvent
    from partner_api.ops.organizations.schemas import OpsOrganizationDetail
    from partner_api.ops.renewals.schemas import PartnerRenewals

pages = Pages()
_HORIZONS_DAYS: Final = (7, 30, 90)


@pages.page("/organizations/{orgId}")
async def show_organization(visit: Visit, org_id: str) -> View:
    """Show an organization, in the live or the test environment."""
    env: Env = "test" if visit.parameter("env") == "test" else "live"
    found = await visit.ask(organizations.read_organization, org_id=org_id, query={"env": env})
    partner, movements, cash_movements, forecast, log = await asyncio.gather(
        _partner_of(visit, found, env),
        visit.ask(
            credit_events.list_organization_credit_events,
            org_id=org_id,
            query={"env": env, "limit": latest.LENGTH},
        ),
        _cash_events(visit, found, env),
        _forecast(visit, found, env),
        visit.ask(
            audit.list_audit_events,
            query={"organizationId": org_id, "limit": latest.LENGTH},
        ),
    )
    # The API books to the live environment alone.
    can_change = env == "live" and found.status != "archived"
    return organization_view(
        visit,
        found,
        environments(visit, found, env),
        spending(found, partner, env),
        _onboarding(visit, found, cash_movements) if can_change else None,
        holdings(found),
        h.div(".cards")[
            wallets.credit_wallet(found, env, credit_forms(visit, found) if can_change else None),
            wallets.cash_wallet(
                found, env, forecast, cash_forms(visit, found) if can_change else None
            ),
            facts_of(found, partner),
        ],
        latest.credit_events(found.id, env, movements.items),
        latest.cash_events(found.id, env, cash_movements),
        latest.audit_events(found.id, log.items),
    )


def _onboarding(
    visit: Visit, found: OpsOrganizationDetail, cash_movements: list[OpsCashEvent] | None
) -> h.Node:
    """Return the link to what a new partner still needs; nothing when it has a key and has paid."""
    if cash_movements is None or (found.api_keys.active and cash_movements):
        return None
    return offered(
        visit,
        organizations.create_partner,
        h.p[
            "It is new: it has no key that works, or has not paid yet. ",
            h.a(href=address(found.id, "start"))["Go on with its onboarding"],
        ],
    )


async def _partner_of(
    visit: Visit, found: OpsOrganizationDetail, env: Env
) -> OpsOrganizationDetail | None:
    """Return the partner of a child; None for a partner."""
    if found.parent_organization_id is None:
        return None
    return await visit.ask(
        organizations.read_organization,
        org_id=found.parent_organization_id,
        query={"env": env},
    )


async def _cash_events(
    visit: Visit, found: OpsOrganizationDetail, env: Env
) -> list[OpsCashEvent] | None:
    """Return what moved cash last; None for a child, which has none."""
    if found.cash_balance_cents is None:
        return None
    page = await visit.ask(
        cash_events.list_partner_cash_events,
        org_id=found.id,
        query={"env": env, "limit": latest.LENGTH},
    )
    return page.items


async def _forecast(
    visit: Visit, found: OpsOrganizationDetail, env: Env
) -> list[tuple[int, PartnerRenewals]]:
    """Return what renewals cost a partner in so many days; nothing where nothing is to be paid."""
    if found.cash_balance_cents is None or env == "test":
        return []
    answers = await asyncio.gather(
        *(
            visit.ask(
                renewals.list_renewals,
                query={
                    "organizationId": found.id,
                    "until": format_seconds(visit.request.now + timedelta(days=days)),
                },
            )
            for days in _HORIZONS_DAYS
        )
    )
    return [
        (days, page.items[0])
        for days, page in zip(_HORIZONS_DAYS, answers, strict=True)
        if page.items
    ]
