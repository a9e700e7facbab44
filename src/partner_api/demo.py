"""The demo: one partner whose wallet and leases are those of the published API pages.

Everything goes through the functions that the server itself uses, at times of the demo's own
choosing: the ledger behind the numbers is as real as a customer's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from partner_api.account_pool import store as pool
from partner_api.api_keys import store as api_keys
from partner_api.cash import store as cash
from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.demo_credentials import DemoSecrets, read_demo_secrets, write_demo_secrets
from partner_api.edge.identity.credentials import (
    mint_api_key,
    mint_operator_token,
    parse_api_key,
    parse_operator_token,
)
from partner_api.ids import new_ulid, new_uuid7
from partner_api.jobs import claim_store as claims
from partner_api.jobs import store as generation
from partner_api.leases import store as leasing
from partner_api.operators import store as operators
from partner_api.organizations import store as organizations
from partner_api.organizations.service import onboard_partner
from partner_api.processes.startup import require_development
from partner_api.projects import store as projects

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

_OPERATOR_NAME = "demo"
_PARTNER_MARK = {"demo": "partner"}
_CHILD_MARK = {"demo": "child"}
_PREPAID_OF_PARTNER = 20_000
_PREPAID_OF_CHILD = 5_400
_INCLUDED = 1_000
_SLIDESHOWS = 8
_SLIDESHOW = 50
_SLIDESHOW_FORMAT = "slideshow_builder"
_RESERVED = 120
_CASH_CENTS = 1_000_000
_ACCOUNTS = (("coffee.reviews.daily", 12_840), ("brew.at.home", 8_412))
_PRICE_CENTS = 15_000
_JOB_HOURS = 24


class Demo(msgspec.Struct, frozen=True):
    """The demo as it stands: secrets, and the ids that its requests name."""

    secrets: DemoSecrets
    partner_id: UUID
    child_id: UUID
    project_id: UUID


async def ensure_demo(
    connection: Connection, now: datetime, secret_keys: SecretKeys, data_dir: Path
) -> Demo:
    """Make the demo if it is not there, and renew what has expired since the last start.

    What expires is the usage of a period and the reservation of a job; what a visitor has changed
    stays as it is.

    Raises:
        OSError: the file of its secrets cannot be read or written.
        StartupError: the database is production's.
    """
    async with connection.transaction():
        await require_development(connection)
        partner = await organizations.find_by_metadata(connection, _PARTNER_MARK)
        if partner is None:
            await _create(connection, now)
            partner = await organizations.find_by_metadata(connection, _PARTNER_MARK)
        assert partner is not None  # noqa: S101 - just made
        child = await organizations.find_by_metadata(connection, _CHILD_MARK)
        assert child is not None  # noqa: S101 - made together
        tenant_id = partner["tenant_id"]
        project_ids = {
            organization_id: await projects.first_project_id(connection, tenant_id, organization_id)
            for organization_id in (partner["id"], child["id"])
        }
        await _renew(connection, now, tenant_id, child["id"], project_ids[child["id"]])
        secrets = await _ensure_secrets(
            connection, now, secret_keys, data_dir, tenant_id, partner["id"]
        )
    return Demo(secrets, partner["id"], child["id"], project_ids[partner["id"]])


async def _create(connection: Connection, now: datetime) -> None:
    this_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    assigned = this_month.replace(day=20, hour=16, minute=12, second=2)
    if assigned > now:
        assigned = last_month.replace(day=20, hour=16, minute=12, second=2)

    founded = last_month
    partner = await onboard_partner(
        connection,
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
        await credit.post(
            connection,
            tenant_id,
            founded,
            [
                credit.CreditPosting(
                    partner_id, "purchase", _PREPAID_OF_PARTNER, None, "Demo", {}, SYSTEM, None
                )
            ],
        )
    )
    _require(
        await cash.post(
            connection,
            tenant_id,
            founded,
            [cash.CashPosting(partner_id, "topup", _CASH_CENTS, "Demo", None, SYSTEM, None)],
        )
    )
    await _lease_accounts(connection, tenant_id, founded, assigned, project_id)
    _require(
        await credit.set_subscriptions(
            connection,
            tenant_id,
            this_month,
            [
                credit.SubscriptionSetting(
                    child_id, "pro", _INCLUDED, "active", this_month.date(), SYSTEM, None
                )
            ],
        )
    )
    _require(
        await credit.allocate(
            connection,
            tenant_id,
            this_month,
            [
                credit.CreditAllocation(
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


async def _lease_accounts(
    connection: Connection, tenant_id: int, founded: datetime, assigned: datetime, project_id: UUID
) -> None:
    account_ids = [new_uuid7(founded) for _ in _ACCOUNTS]
    for account_id, (handle, followers) in zip(account_ids, _ACCOUNTS, strict=True):
        await pool.insert_account(
            connection,
            founded,
            account_id=account_id,
            platform="tiktok",
            handle=handle,
            followers=followers,
            vertical="food_and_drink",
            language="en",
            geo=["US"],
            monthly_price_cents=_PRICE_CENTS,
            avatar_url=None,
        )
    _require(
        await leasing.assign(
            connection,
            tenant_id,
            assigned,
            [
                leasing.LeaseAssignment(
                    project_id,
                    account_ids,
                    # In the order of the accounts: the list shows those of one instant by id.
                    sorted(new_uuid7(assigned) for _ in account_ids),
                    None,
                    SYSTEM,
                )
            ],
        )
    )


async def _renew(
    connection: Connection, now: datetime, tenant_id: int, child_id: UUID, project_id: UUID
) -> None:
    while await generation.expire_jobs(connection, tenant_id, now, 100):
        pass
    (wallet,) = await credit.read_wallets(connection, [credit.WalletKey(tenant_id, child_id)], now)
    assert wallet is not None  # noqa: S101 - every organization has one
    if wallet.used_this_period == 0:
        # The start of the period, or the last event if that is later: the ledger's order stands.
        spent_at = max(wallet.period_start, wallet.last_event_at)
        works = [
            _job(child_id, project_id, _SLIDESHOW_FORMAT, _SLIDESHOW, spent_at)
            for _ in range(_SLIDESHOWS)
        ]
        # What visitors have started is left to workers.
        others = await claims.waiting_jobs(connection, tenant_id, _SLIDESHOW_FORMAT)
        await generation.start_jobs(connection, tenant_id, spent_at, works)
        # A visitor may have suspended the child or taken what it would spend; then there are none.
        claimed = await claims.claim_jobs(
            connection,
            tenant_id,
            spent_at,
            worker_id="demo",
            formats=[_SLIDESHOW_FORMAT],
            lease_seconds=60,
            tokens=[uuid4() for _ in works],
            caller=SYSTEM,
            resting=others,
        )
        completions = [
            claims.JobCompletion(row["job_id"], "demo", row["claim_token"], _SLIDESHOW, [], SYSTEM)
            for row in claimed.rows
        ]
        if completions:
            _require(await claims.complete_jobs(connection, tenant_id, spent_at, completions))
    if wallet.reserved == 0:
        # No worker of the demo renders video remixes, so this stays in flight until it expires.
        work = _job(child_id, project_id, "video_remix", _RESERVED, now)
        await generation.start_jobs(connection, tenant_id, now, [work])


def _job(
    organization_id: UUID, project_id: UUID, content_format: str, credits: int, now: datetime
) -> generation.JobStart:
    return generation.JobStart(
        new_ulid(now),
        new_uuid7(now),
        organization_id,
        project_id,
        content_format,
        {},
        credits,
        None,
        now + timedelta(hours=_JOB_HOURS),
        SYSTEM,
    )


async def _ensure_secrets(
    connection: Connection,
    now: datetime,
    secret_keys: SecretKeys,
    data_dir: Path,
    tenant_id: int,
    partner_id: UUID,
) -> DemoSecrets:
    kept = read_demo_secrets(data_dir)
    token = parse_operator_token(kept.operator_token) if kept else None
    key = parse_api_key(kept.partner_key) if kept else None
    changed = False
    if token is None or not await operators.is_usable(connection, token.keyid, now):
        await operators.revoke_by_name(connection, _OPERATOR_NAME, now)
        token = mint_operator_token()
        await operators.insert_operator(
            connection,
            now,
            operator_id=new_uuid7(now),
            credential=token,
            secret_keys=secret_keys,
            name=_OPERATOR_NAME,
            role="admin",
            demo=True,
        )
        changed = True
    if key is None or not await api_keys.is_usable(connection, tenant_id, key.keyid):
        key = mint_api_key(tenant_id, "live")
        await api_keys.insert_key(
            connection,
            now,
            key_id=new_uuid7(now),
            organization_id=partner_id,
            credential=key,
            secret_keys=secret_keys,
            name="Demo",
            scopes=["*", "org:admin"],
            demo=True,
        )
        changed = True
    # Earlier versions made them without a mark, and a file that was lost left a key that works.
    await operators.mark_as_demo(connection, token.keyid)
    await api_keys.mark_all_as_demo(connection, partner_id)
    secrets = DemoSecrets(token.text, key.text)
    if changed:
        # Before the commit: a secret that nobody can read is of no use to anybody.
        write_demo_secrets(data_dir, secrets)
    return secrets


def _require(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.status != "done":
            raise RuntimeError(f"the demo was refused: {outcome.code} {outcome.facts}")
