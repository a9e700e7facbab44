"""Tenants for tests: each test makes its own, through the functions that the server uses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from partner_api.cash import store as cash
from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.jobs import store as job_store
from partner_api.organizations import store as organizations
from partner_api.projects import store as projects

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Wallet:
    """An organization with one project to spend in."""

    tenant_id: int
    organization_id: UUID
    project_id: UUID
    partner_id: UUID | None


async def make_partner(
    connection: Connection,
    *,
    now: datetime = NOON,
    prepaid: int = 0,
    cash_cents: int = 0,
    tier: str = "internal",
    env: str = "live",
) -> Wallet:
    """A partner with a project, prepaid credits and cash."""
    tenant_id, organization_id = secrets.randbelow(2**40 - 1) + 1, uuid4()
    await organizations.create_partner(
        connection,
        tenant_id,
        now,
        organization_id=organization_id,
        env=env,
        name="Partner",
        billing_email=None,
        metadata={},
        rate_limit_tier=tier,
        caller=SYSTEM,
    )
    wallet = Wallet(tenant_id, organization_id, uuid4(), None)
    await _make_project(connection, wallet, now)
    if prepaid:
        await credit.post(
            connection,
            tenant_id,
            now,
            [
                credit.CreditPosting(
                    organization_id, "purchase", prepaid, None, None, {}, SYSTEM, None
                )
            ],
        )
    if cash_cents:
        await cash.post(
            connection,
            tenant_id,
            now,
            [
                cash.CashPosting(
                    organization_id, "topup", cash_cents, "Opening balance", None, SYSTEM, None
                )
            ],
        )
    return wallet


async def make_child(
    connection: Connection, partner: Wallet, *, now: datetime = NOON, prepaid: int = 0
) -> Wallet:
    """A child of the partner with a project, funded by an allocation."""
    wallet = Wallet(partner.tenant_id, uuid4(), uuid4(), partner.organization_id)
    created = await organizations.create_child(
        connection,
        partner.tenant_id,
        now,
        organization_id=wallet.organization_id,
        partner_id=partner.organization_id,
        name="Child",
        billing_email=None,
        metadata={},
        caller=SYSTEM,
    )
    assert created
    await _make_project(connection, wallet, now)
    if prepaid:
        (outcome,) = await credit.allocate(
            connection, partner.tenant_id, now, [allocation(wallet, prepaid)]
        )
        assert outcome.status == "done", outcome
    return wallet


async def _make_project(connection: Connection, wallet: Wallet, now: datetime) -> None:
    await projects.create_project(
        connection,
        wallet.tenant_id,
        now,
        project_id=wallet.project_id,
        organization_id=wallet.organization_id,
        fields={"name": "Project", "timezone": "UTC"},
    )


def allocation(child: Wallet, credits: int) -> credit.CreditAllocation:
    """An allocation to the child from its partner, without an idempotency key."""
    assert child.partner_id is not None
    return credit.CreditAllocation(
        uuid4(), child.partner_id, child.organization_id, credits, None, {}, SYSTEM, None
    )


def job_start(wallet: Wallet, credits: int, *, now: datetime = NOON) -> job_store.JobStart:
    """A job of this wallet that reserves so many credits for a day."""
    return job_store.JobStart(
        uuid4(),
        uuid4(),
        wallet.organization_id,
        wallet.project_id,
        "video_remix",
        {},
        credits,
        None,
        now + timedelta(days=1),
        SYSTEM,
    )
