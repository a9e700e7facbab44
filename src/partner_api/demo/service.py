"""The demo: one partner whose wallet and leases are those of the published API pages.

Everything goes through the functions that the server itself uses, at times that the demo chooses:
the ledger behind the numbers is a real one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from partner_api.account_pool import store as account_pool
from partner_api.cash import store as cash
from partner_api.credits import store as credits
from partner_api.database.arguments import SYSTEM
from partner_api.demo.issuing import ensure_secrets
from partner_api.demo.usage import renew_usage
from partner_api.ids import new_uuid7
from partner_api.lease_requests import store as lease_requests
from partner_api.organizations import store as organizations
from partner_api.organizations.operator_store import Onboarding, find_by_metadata, onboard
from partner_api.organizations.service import onboard_partner
from partner_api.processes.startup import require_development
from partner_api.projects import store as projects

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection
    from partner_api.demo.credentials import DemoSecrets

_PARTNER_MARK = {"demo": "partner"}
_CHILD_MARK = {"demo": "child"}
_PREPAID_OF_PARTNER = 20_000
_PREPAID_OF_CHILD = 5_400
_INCLUDED = 1_000
_CASH_CENTS = 1_000_000
_ACCOUNTS = (("coffee.reviews.daily", 12_840), ("brew.at.home", 8_412))
_VERTICAL = "food_and_drink"
_PRICE_CENTS = 15_000


class Demo(msgspec.Struct, frozen=True):
    """The demo's secrets, and the ids that its requests name."""

    secrets: DemoSecrets
    partner_id: UUID
    child_id: UUID
    project_id: UUID


class _Founded(NamedTuple):
    tenant_id: int
    partner_id: UUID
    child_id: UUID
    project_id: UUID
    """The partner's own."""


async def ensure_demo(
    connection: Connection, now: datetime, secret_keys: SecretKeys, data_dir: Path
) -> Demo:
    """Create the demo if there is none, and renew what has expired since the last start.

    The usage of a period and the reservation of a job expire; what a visitor has changed stays.

    Raises:
        OSError: the file of its secrets cannot be read or written.
        StartupError: the database is production's.
    """
    async with connection.transaction():
        await require_development(connection)
        partner = await find_by_metadata(connection, _PARTNER_MARK)
        if partner is None:
            await _create(connection, now)
            partner = await find_by_metadata(connection, _PARTNER_MARK)
        assert partner is not None  # noqa: S101 - just made
        child = await find_by_metadata(connection, _CHILD_MARK)
        assert child is not None  # noqa: S101 - made together
        tenant_id = partner.tenant_id
        project_ids = {
            organization_id: await projects.first_project_id(connection, tenant_id, organization_id)
            for organization_id in (partner.id, child.id)
        }
        _require(await renew_usage(connection, now, tenant_id, child.id, project_ids[child.id]))
        secrets = await ensure_secrets(
            connection, now, secret_keys, data_dir, tenant_id, partner.id
        )
    return Demo(secrets, partner.id, child.id, project_ids[partner.id])


async def _create(connection: Connection, now: datetime) -> None:
    this_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    assigned = this_month.replace(day=20, hour=16, minute=12, second=2)
    if assigned > now:
        assigned = last_month.replace(day=20, hour=16, minute=12, second=2)

    founded = last_month
    tenant_id, partner_id, child_id, project_id = await _found(connection, founded)
    _require(
        await cash.post(
            connection,
            tenant_id,
            founded,
            [cash.CashPosting(partner_id, "topup", _CASH_CENTS, "Demo", None, SYSTEM, None)],
        )
    )
    await _lease_accounts(connection, tenant_id, founded, assigned, partner_id, project_id)
    _require(
        await credits.set_subscriptions(
            connection,
            tenant_id,
            this_month,
            [
                credits.SubscriptionSetting(
                    child_id, "pro", _INCLUDED, "active", this_month.date(), SYSTEM, None
                )
            ],
        )
    )
    _require(
        await credits.allocate(
            connection,
            tenant_id,
            this_month,
            [
                credits.CreditAllocation(
                    new_uuid7(this_month),
                    partner_id,
                    child_id,
                    _PREPAID_OF_CHILD,
                    "Demo",
                    {},
                    SYSTEM,
                    None,
                )
            ],
        )
    )


async def _found(connection: Connection, founded: datetime) -> _Founded:
    async def onboard_in(tenant_id: int, item: Onboarding) -> list[Outcome]:
        async with connection.transaction():
            return await onboard(connection, tenant_id, founded, [item])

    partner, _ = await onboard_partner(
        onboard_in,
        founded,
        name="Demo partner",
        billing_email=None,
        metadata=_PARTNER_MARK,
        rate_limit_tier="internal",
        caller=SYSTEM,
    )
    tenant_id, partner_id = partner.live_tenant_id, partner.organization_id
    child_id = new_uuid7(founded)
    await organizations.create_child(
        connection,
        tenant_id,
        founded,
        organization_id=child_id,
        partner_id=partner_id,
        name="Corner Coffee",
        billing_email=None,
        metadata=_CHILD_MARK,
        caller=SYSTEM,
    )
    project_id = new_uuid7(founded)
    for organization_id, one_id in ((partner_id, project_id), (child_id, new_uuid7(founded))):
        await projects.create_project(
            connection,
            tenant_id,
            founded,
            project_id=one_id,
            organization_id=organization_id,
            fields={"name": "Coffee launch", "timezone": "Europe/Lisbon"},
        )
    _require(
        await credits.post(
            connection,
            tenant_id,
            founded,
            [
                credits.CreditPosting(
                    partner_id, "purchase", _PREPAID_OF_PARTNER, None, "Demo", {}, SYSTEM, None
                )
            ],
        )
    )
    return _Founded(tenant_id, partner_id, child_id, project_id)


async def _lease_accounts(
    connection: Connection,
    tenant_id: int,
    founded: datetime,
    assigned: datetime,
    partner_id: UUID,
    project_id: UUID,
) -> None:
    account_ids = [new_uuid7(founded) for _ in _ACCOUNTS]
    for account_id, (handle, followers) in zip(account_ids, _ACCOUNTS, strict=True):
        await account_pool.insert_account(
            connection,
            founded,
            account_id=account_id,
            platform="tiktok",
            handle=handle,
            followers=followers,
            vertical=_VERTICAL,
            language="en",
            geo=["US"],
            monthly_price_cents=_PRICE_CENTS,
            avatar_url=None,
        )
    request_id = new_uuid7(assigned)
    await lease_requests.insert_request(
        connection,
        tenant_id,
        assigned,
        request_id=request_id,
        organization_id=partner_id,
        project_id=project_id,
        partner_request_id=None,
        count=len(account_ids),
        vertical=_VERTICAL,
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    # In the order of the accounts: the list shows those of one instant by id.
    lease_ids = sorted(new_uuid7(assigned) for _ in account_ids)
    _require(
        await lease_requests.fulfil(
            connection,
            tenant_id,
            assigned,
            [
                lease_requests.FulfilItem(
                    request_id, account_ids, lease_ids, None, None, SYSTEM, None
                )
            ],
        )
    )


def _require(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.status != "done":
            raise RuntimeError(f"the demo was refused: {outcome.code} {outcome.facts}")
