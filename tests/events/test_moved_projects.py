"""A project that goes to another organization of its partner: who hears of it before, and who after."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.endpoints import happen, make_endpoint, publish
from tests.support.tenants import NOON, Wallet, make_child, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.events.store import read_feed
from partner_api.organizations.store import create_partner
from partner_api.projects.store import move_projects

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection

LATER = NOON + timedelta(hours=1)


async def delivered_to(connection: Connection, tenant_id: int, event_id: UUID) -> set[UUID]:
    """The endpoints that an event is for."""
    rows = await connection.fetch(
        "SELECT endpoint_id FROM webhook_deliveries WHERE tenant_id = $1 AND event_id = $2",
        tenant_id,
        event_id,
    )
    return {row["endpoint_id"] for row in rows}


async def feed_of(connection: Connection, wallet: Wallet) -> list[UUID]:
    """The events that an organization reads."""
    page = await read_feed(
        connection,
        wallet.tenant_id,
        wallet.organization_id,
        all_children=False,
        types=None,
        after=0,
        since=None,
        limit=100,
    )
    return [event.id for event in page.events]


async def test_each_organization_hears_of_it_while_it_has_it(connection: Connection) -> None:
    partner = await make_partner(connection)
    first, second = [await make_child(connection, partner) for _ in range(2)]
    project_id = first.project_id
    of_all = await make_endpoint(connection, partner, scope="all_children")
    await make_endpoint(connection, partner)
    of_first = await make_endpoint(connection, first, project_id=project_id)
    everything_of_second = await make_endpoint(connection, second)
    data = {"projectId": f"prj_{project_id}"}

    (before,) = await happen(connection, first, data=data)
    await publish(connection, partner)
    # Written before, published after: it is the first one's, whose it was when it happened.
    (late,) = await happen(connection, first, data=data)
    await move_projects(connection, partner.tenant_id, LATER, [project_id], second.organization_id)
    await publish(connection, partner, LATER)
    of_second = await make_endpoint(connection, second, project_id=project_id, now=LATER)
    (after,) = await happen(connection, second, data=data, now=LATER)
    await publish(connection, partner, LATER)

    for event_id in (before, late):
        assert await delivered_to(connection, partner.tenant_id, event_id) == {
            of_all.id,
            of_first.id,
        }
    assert await delivered_to(connection, partner.tenant_id, after) == {
        of_all.id,
        of_second.id,
        everything_of_second.id,
    }, "the filter of the first names a project that is not its own any more"
    assert await feed_of(connection, first) == [before, late]
    assert await feed_of(connection, second) == [after]
    assert await feed_of(connection, partner) == []


async def test_the_same_ids_in_the_other_environment_are_others(
    connection: Connection,
) -> None:
    """A partner has the same id in both, and endpoints in each."""
    live = await make_partner(connection)
    test = replace(live, tenant_id=secrets.randbelow(2**40 - 1) + 1)
    await create_partner(
        connection,
        test.tenant_id,
        NOON,
        organization_id=test.organization_id,
        env="test",
        name="Partner",
        billing_email=None,
        metadata={},
        rate_limit_tier="internal",
        caller=SYSTEM,
    )
    in_live = await make_endpoint(connection, live, scope="all_children")
    in_test = await make_endpoint(connection, test, scope="all_children")
    (of_live,) = await happen(connection, live)
    (of_test,) = await happen(connection, test)
    for wallet in (live, test):
        await publish(connection, wallet)
    assert await delivered_to(connection, live.tenant_id, of_live) == {in_live.id}
    assert await delivered_to(connection, test.tenant_id, of_test) == {in_test.id}
    assert await feed_of(connection, live) == [of_live]
    assert await feed_of(connection, test) == [of_test]
