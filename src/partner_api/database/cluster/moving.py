"""``layers db move-tenant``: a tenant moves with those who share its shard, or gets one of its own on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.cluster.errors import ClusterError
from partner_api.database.cluster.moves import Progress, isolate_tenant, move_shard
from partner_api.database.cluster.places import find_node
from partner_api.database.connection import connect
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.database.cluster.places import Place


async def move_tenant(
    owner_url: str,
    place: Place,
    to: str,
    *,
    isolate: bool,
    note: Callable[[Progress], None],
    done: Callable[[str], None],
) -> None:
    """Move a tenant to another node.

    Args:
        owner_url: at the coordinator.
        place: where the tenant is.
        to: the node, host:port.
        isolate: whether it gets a shard of its own, and the others stay.
        note: called again and again with how far it is.
        done: called with what was done.

    Raises:
        ClusterError: it cannot be moved, or not isolated; what ``done`` has said was done.
        OSError, asyncpg.PostgresError: the coordinator cannot be reached or refuses something.
    """
    connection = await connect(owner_url, command_seconds=COMMAND_SECONDS)
    try:
        target = await find_node(connection, to)
    finally:
        await connection.close()
    if not (isolate and place.divisible):
        await move_shard(owner_url, place.shard, place.node, target, note)
        done(f"moved to {to}.")
        return
    if place.node.name == to:
        raise ClusterError(
            f"The tenant is on {to} already, and gets a shard of its own only on the way to another node. Isolate it "
            "to another one, then move it back."
        )
    note(Progress("Splitting", 0, place.bytes or 0))
    others = await isolate_tenant(owner_url, place, target, note)
    done(f"has a shard of its own on {to}.")
    for number, shard in enumerate(others, 1):
        await move_shard(owner_url, shard, target, place.node, note)
        done(f"part {number} of {len(others)} of its former shard is back on {place.node.name}.")
