"""Changing rows behind the functions' back, and naming what should then be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reconciliation.history import check, update

from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg
    from tests.reconciliation.history import History
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

OF_WALLET = "tenant_id = $1 AND organization_id = $2"


async def wallet_of(connection: Connection, wallet: Wallet) -> asyncpg.Record:
    row = await connection.fetchrow(
        f"SELECT * FROM wallets WHERE {OF_WALLET}", wallet.tenant_id, wallet.organization_id
    )
    assert row is not None
    return row


# The hash chain sees whatever else is broken as well; test_chain.py has it.
_OF_THE_CHAIN = (Rule.EVENT_HASH, Rule.HASH_CHAIN, Rule.LAST_HASH)


async def found(connection: Connection, history: History, *besides: Rule) -> list[Mismatch]:
    """What a check finds, but for these other rules, each of which has to be broken too.

    That the hash chain finds it as well is not repeated for each of them.
    """
    mismatches = (await check(connection, history)).mismatches
    assert {each.rule for each in mismatches} >= set(besides), mismatches
    return [each for each in mismatches if each.rule not in {*besides, *_OF_THE_CHAIN}]


def about(
    wallet: Wallet, rule: Rule, subject: str, expected: int | str, found: int | str
) -> Mismatch:
    return Mismatch(rule, wallet.tenant_id, wallet.organization_id, subject, expected, found)


async def append_event(
    connection: Connection,
    wallet: Wallet,
    event_type: str,
    included: int,
    prepaid: int,
    before: asyncpg.Record,
    job_id: UUID | None = None,
) -> None:
    used = included + prepaid if event_type == "usage" else 0
    await connection.execute(
        """
        INSERT INTO credit_events
            (tenant_id, organization_id, sequence, event_id, event_type, included_delta,
             prepaid_delta, included_after, prepaid_after, usage_after, job_id, project_id,
             container_id, format, created_at, previous_hash, hash)
        SELECT $1, $2, $3, credit_event_id($1, $2, $3, $11), $4, $5, $6, $7, $8, $9, $10,
               j.project_id, c.id, j.format, $11, sha256(''), sha256('')
          FROM (SELECT 1) one
          LEFT JOIN jobs j ON j.tenant_id = $1 AND j.id = $10
          LEFT JOIN containers c ON c.tenant_id = $1 AND c.job_id = $10
        """,
        wallet.tenant_id,
        wallet.organization_id,
        before["last_sequence"] + 1,
        event_type,
        included,
        prepaid,
        before["included_remaining"] + included,
        before["prepaid"] + prepaid,
        before["used_this_period"] - used,
        job_id,
        before["last_event_at"],
    )


async def set_reservation(
    connection: Connection, history: History, job_id: UUID, column: str, value: int | str
) -> None:
    await update(
        connection,
        f"UPDATE reservations SET {column} = $3 WHERE tenant_id = $1 AND job_id = $2",
        history.tenant_id,
        job_id,
        value,
    )


def about_partner(
    history: History, rule: Rule, subject: str, expected: int | str, found: int | str
) -> Mismatch:
    """The partner owns the cash wallet."""
    organization_id = history.partner.organization_id
    return Mismatch(rule, history.tenant_id, organization_id, subject, expected, found)


def about_child(
    history: History, rule: Rule, subject: str, expected: int | str, found: int | str
) -> Mismatch:
    """The child's project has the leases."""
    organization_id = history.child.organization_id
    return Mismatch(rule, history.tenant_id, organization_id, subject, expected, found)
