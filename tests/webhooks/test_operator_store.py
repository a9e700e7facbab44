"""How far a page of the operator's list looks, and what it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from tests.ops.webhooks import fail
from tests.support.installation import ago
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.webhooks import operator_store
from partner_api.webhooks.operator_store import EndpointFilter, list_endpoints

if TYPE_CHECKING:
    from tests.support.installation import Family
    from tests.support.quiet import Quiet

FAILING = EndpointFilter(is_failing=True)


async def test_a_page_looks_at_some_endpoints_and_goes_on_behind_them(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few of them are what was asked for."""
    monkeypatch.setattr(operator_store, "LOOKED_AT", 3)
    # Of the same millisecond, any may be the newer one.
    made = sorted([await add_endpoint(quiet.installation, quiet_family.partner) for _ in range(8)])
    failing = {made[0], made[6]}
    async with quiet.installation.owner.acquire() as connection:
        await connection.execute(
            """
            UPDATE webhook_queues SET consecutive_failure_count = 1, failing_since = now()
             WHERE endpoint_id = ANY ($1::uuid[])
            """,
            list(failing),
        )
    pages: list[tuple[list[UUID], UUID | None]] = []
    before: UUID | None = None
    async with quiet.installation.pool.acquire() as connection:
        for _ in range(3):
            found = await list_endpoints(connection, FAILING, before=before, limit=10)
            before = found.position
            pages.append(([endpoint.id for endpoint in found.endpoints], before))
    # Newest first, three for each page; what other tests have left comes last.
    assert [page for page, _ in pages[:2]] == [[made[6]], []]
    assert pages[2][0][0] == made[0]
    assert [position for _, position in pages[:2]] == [made[5], made[2]]


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_pages_with_more_than_fits_go_on_behind_the_last_item(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(operator_store, "LOOKED_AT", 4)
    made = sorted([await add_endpoint(quiet.installation, quiet_family.partner) for _ in range(7)])
    wanted = EndpointFilter(statuses=["active", "paused"])
    found: list[UUID] = []
    before: UUID | None = None
    async with quiet.installation.pool.acquire() as connection:
        for _ in made:
            page = await list_endpoints(connection, wanted, before=before, limit=limit)
            assert len(page.endpoints) <= limit
            found += [endpoint.id for endpoint in page.endpoints]
            before = page.position
            if before is None or len(found) >= len(made):
                break
    assert found[:7] == made[::-1]


async def test_the_end_of_the_list_is_said(quiet: Quiet, quiet_family: Family) -> None:
    first, second = sorted(
        [await add_endpoint(quiet.installation, quiet_family.partner) for _ in range(2)]
    )
    wanted = EndpointFilter(organization_id=quiet_family.partner.organization_id)
    async with quiet.installation.pool.acquire() as connection:
        page = await list_endpoints(connection, wanted, before=None, limit=1)
        assert [endpoint.id for endpoint in page.endpoints] == [second]
        page = await list_endpoints(connection, wanted, before=page.position, limit=1)
        assert ([endpoint.id for endpoint in page.endpoints], page.position) == ([first], None)


async def test_the_error_is_found_among_much_that_was_never_tried(
    quiet: Quiet, quiet_family: Family
) -> None:
    """Of an endpoint that the server has paused: whatever has happened since is abandoned."""
    wallet, at = quiet_family.partner, ago(hours=2)
    endpoint_id = await add_endpoint(quiet.installation, wallet)
    await add_delivery(
        quiet.installation, wallet, endpoint_id, "abandoned", event_created_at=ago(hours=3)
    )
    await fail(quiet.installation, wallet, endpoint_id, at, status=410, paused="gone")
    async with quiet.installation.owner.acquire() as connection:
        await connection.execute(
            """
            INSERT INTO webhook_deliveries
                   (tenant_id, id, endpoint_id, event_id, event_type, organization_id, event_created_at, status,
                    abandoned_at, abandoned_reason, created_at)
            SELECT $1, gen_random_uuid(), $2, gen_random_uuid(), 'job.completed', $3, $4, 'abandoned', $4,
                   'endpoint_auto_paused', $4
              FROM generate_series(1, 300)
            """,
            wallet.tenant_id,
            endpoint_id,
            wallet.organization_id,
            ago(hours=1),
        )
    async with quiet.installation.pool.acquire() as connection:
        endpoint = await operator_store.find_endpoint(connection, endpoint_id)
    assert endpoint is not None
    assert (endpoint.last_error_status, endpoint.last_error_at) == (410, at)
