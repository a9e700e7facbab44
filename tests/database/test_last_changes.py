"""When something was changed last: a change that waited for another, or that a slower node makes, is not before it.

Whoever follows what has changed by `updatedAt` would miss it otherwise.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.leases import disconnect, lease, make_account
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.account_pool import store as pool
from partner_api.database.arguments import SYSTEM
from partner_api.organizations import operator_store as operator_organizations
from partner_api.organizations import store as organizations
from partner_api.projects import store as projects
from partner_api.social_accounts import store as social_accounts

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

LATER = NOON + timedelta(hours=1)


async def updated_at(connection: Connection, table: str, row_id: UUID) -> datetime:
    time: datetime = await connection.fetchval(
        f"SELECT updated_at FROM {table} WHERE id = $1", row_id
    )
    return time


@pytest.mark.parametrize("how", ["patch", "suspend", "archive"])
async def test_of_a_child(connection: Connection, how: str) -> None:
    partner = await make_partner(connection)
    child = await make_child(connection, partner)

    async def change(name: str, now: datetime) -> None:
        await organizations.update_child(
            connection,
            child.tenant_id,
            now,
            child.organization_id,
            name=name,
            metadata={},
            billing_email=None,
        )

    await change("First", LATER)
    if how == "patch":
        await change("Second", NOON)
    elif how == "suspend":
        await organizations.set_status(
            connection,
            child.tenant_id,
            NOON,
            [
                organizations.StatusItem(
                    child.organization_id, partner.organization_id, "suspended", SYSTEM, None
                )
            ],
        )
    else:
        (outcome,) = await organizations.archive(
            connection,
            child.tenant_id,
            NOON,
            [
                organizations.ArchiveItem(
                    child.organization_id, partner.organization_id, SYSTEM, None
                )
            ],
        )
        archived_at = await connection.fetchval(
            "SELECT archived_at FROM organizations WHERE id = $1", child.organization_id
        )
        assert (outcome.status, archived_at) == ("done", LATER)
    assert await updated_at(connection, "organizations", child.organization_id) == LATER


async def test_of_a_partner(connection: Connection) -> None:
    partner = await make_partner(connection)
    for now in (LATER, NOON):
        item = operator_organizations.Change(
            [partner.tenant_id], partner.organization_id, None, "pilot", None, {}, SYSTEM, None
        )
        (outcome,) = await operator_organizations.change(connection, partner.tenant_id, now, [item])
        assert outcome.status == "done"
    assert await updated_at(connection, "organizations", partner.organization_id) == LATER


async def test_of_a_project(connection: Connection) -> None:
    partner = await make_partner(connection)
    child = await make_child(connection, partner)
    tenant_id, project_id = partner.tenant_id, partner.project_id
    for now in (LATER, NOON):
        await projects.update_project(connection, tenant_id, now, project_id, {"name": "New"})
    assert await updated_at(connection, "projects", project_id) == LATER
    await projects.move_projects(connection, tenant_id, NOON, [project_id], child.organization_id)
    assert await updated_at(connection, "projects", project_id) == LATER


async def test_of_a_pool_account(connection: Connection) -> None:
    """Also by the lease that ends."""
    account_id = await make_account(connection, NOON)
    for now in (LATER, NOON):
        await pool.update_account(connection, now, account_id, {"followers": 5})
    assert await updated_at(connection, "pool_accounts", account_id) == LATER

    partner = await make_partner(connection, cash_cents=100_000)
    lease_id = await lease(connection, partner, NOON)
    account_id = await connection.fetchval(
        "SELECT pool_account_id FROM leases WHERE tenant_id = $1", partner.tenant_id
    )
    await pool.update_account(connection, LATER, account_id, {"followers": 5})
    await disconnect(connection, partner, lease_id, NOON)
    assert await updated_at(connection, "pool_accounts", account_id) == LATER


async def test_a_social_account_is_not_disconnected_before_it_was_connected(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection)
    account_id = await _own_account(owner_connection, partner, LATER)
    account = await social_accounts.revoke(connection, partner.tenant_id, NOON, account_id)
    assert account.disconnected_at == LATER


async def _own_account(connection: Connection, wallet: Wallet, connected_at: datetime) -> UUID:
    account_id = uuid4()
    await connection.execute(
        """
        INSERT INTO social_accounts
            (tenant_id, id, project_id, platform, handle, followers, leased, connected_at)
        VALUES ($1, $2, $3, 'tiktok', 'own', 1, false, $4)
        """,
        wallet.tenant_id,
        account_id,
        wallet.project_id,
        connected_at,
    )
    return account_id
