"""Reports and cancels that are called together do what they do one after the other."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from tests.properties.job_batches import CALLS, draw, make_tenant, named, rows_of
from tests.support.invariants import assert_books_balance

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

_ASKS = 24


# Two of each in the suite, the others only at length.
@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]
)
@pytest.mark.parametrize("how", CALLS)
async def test_a_batch_does_what_its_items_do_in_order(
    connection: Connection, owner_connection: Connection, how: str, seed: int
) -> None:
    """As one batch, in batches of two, and one by one, on tenants that are alike."""
    asks = draw(Random(seed), _ASKS)
    seen = []
    for size in (_ASKS, 2, 1):
        tenant = await make_tenant(connection, owner_connection, Random(seed))
        outcomes = []
        for first in range(0, _ASKS, size):
            outcomes += await CALLS[how](connection, tenant, asks[first : first + size])
        await assert_books_balance(connection, tenant.tenant_id)
        seen.append(
            ([named(tenant, outcome) for outcome in outcomes], await rows_of(connection, tenant))
        )
    assert seen[0] == seen[2]
    assert seen[1] == seen[2]
