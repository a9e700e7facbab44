"""Claiming for a sender: tenants take turns, each in a statement of its own, as far as there are slots."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

import asyncpg

from partner_api.database.at_once import work_at_once
from partner_api.database.outages import NODE_UNREACHABLE
from partner_api.database.skipped_rows import is_row_fault
from partner_api.tracing import live
from partner_api.webhooks import sending_store
from partner_api.webhooks.sending.origins import with_requests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.at_once import Borrow
    from partner_api.database.connection import Connection
    from partner_api.webhooks.sending_store import ClaimedDelivery, Turn

CONNECTIONS: Final = 4
"""How many tenants have their turn at once, and how many are reported at once."""
# What is abandoned takes its time too: after so many, nobody else has a turn.
_MOST_ABANDONED: Final = 1_000


class Claims(NamedTuple):
    """What a claim came to."""

    deliveries: list[ClaimedDelivery]
    last_tenant: int
    """Who had the last turn: the next claim goes on behind it."""
    abandoned: int
    """How many were due that cannot be sent; each says why."""
    more: bool
    """Whether not everybody had a turn: with free slots, claim again at once."""
    failures: Mapping[int, asyncpg.PostgresError]
    """Tenants of which nothing could be claimed, because of a lock, a row or their node, and what it said."""


class Share(NamedTuple):
    """How much a sender sends at a time."""

    limit: int
    """How many it claims at most, whose ever they are."""
    per_endpoint: int
    per_tenant: int
    busy_tenants: Mapping[int, int]
    """How many deliveries of a tenant it is sending."""
    busy_endpoints: Mapping[UUID, int]
    """How many of an endpoint."""


async def claim(
    borrow: Borrow,
    now: datetime,
    share: Share,
    *,
    after_tenant: int,
    claim_seconds: int,
    left_out: Sequence[int] = (),
    connections: int = CONNECTIONS,
) -> Claims:
    """Claim deliveries that are due: tenants take turns, and of each those of the endpoint that waits longest.

    Args:
        borrow: lends connections outside a transaction.
        now: milliseconds at the finest.
        share: how many.
        after_tenant: who had the last turn; -1 for the beginning.
        claim_seconds: after so long without a report they are due again.
        left_out: tenants that get no turn.
        connections: how many tenants have their turn at once.

    Raises:
        OSError, asyncpg.PostgresError: nothing can be claimed of anybody. If something was, it is returned, and what
            was in the way is met by the next claim.
    """
    full = [
        tenant_id for tenant_id, count in share.busy_tenants.items() if count >= share.per_tenant
    ]
    async with borrow() as connection:
        turn = await sending_store.take_turns(
            connection, now, after_tenant, share.limit, [*full, *left_out]
        )
    turns = _Turns(now, share, turn, claim_seconds)
    if turn.tenants:
        try:
            await work_at_once(borrow, min(connections, len(turn.tenants)), turns.take)
        except Exception:
            if not turns.deliveries:
                raise
    return turns.claims(after_tenant)


class _Turns:
    """The turns of one claim, taken on several connections."""

    def __init__(self, now: datetime, share: Share, turn: Turn, claim_seconds: int) -> None:
        self._now = now
        self._share = share
        self._turn = turn
        self._claim_seconds = claim_seconds
        self._free = share.limit
        self._tenants = deque(turn.tenants)
        self._last_tenant: int | None = None
        self._abandoned = 0
        self._failures: dict[int, asyncpg.PostgresError] = {}
        self.deliveries: list[ClaimedDelivery] = []

    async def take(self, connection: Connection) -> None:
        """Claim of one tenant after the other, as long as there are slots.

        Those that a tenant may need are taken for it before it is known how many it does; who finds none left ends, and
        whoever gives some back goes on.
        """
        share = self._share
        while self._tenants and self._free > 0 and self._abandoned < _MOST_ABANDONED:
            tenant_id, endpoints = self._tenants.popleft()
            self._last_tenant = tenant_id
            slots = min(
                self._free,
                share.per_tenant - share.busy_tenants.get(tenant_id, 0),
                share.per_endpoint * endpoints,
            )
            self._free -= slots
            try:
                claimed = await sending_store.claim(
                    connection,
                    self._now,
                    tenant_id,
                    slots=slots,
                    per_endpoint=share.per_endpoint,
                    claim_seconds=self._claim_seconds,
                    busy_endpoints=share.busy_endpoints,
                )
            except asyncpg.PostgresError as error:
                if not is_row_fault(error) and not isinstance(error, NODE_UNREACHABLE):
                    self._tenants.clear()
                    raise
                self._free += slots
                self._failures[tenant_id] = error
            else:
                self._free += slots - len(claimed.deliveries)
                self._abandoned += claimed.abandoned
                if live.tracer is None or not claimed.deliveries:
                    self.deliveries += claimed.deliveries
                else:
                    self.deliveries += await with_requests(
                        connection, tenant_id, claimed.deliveries
                    )

    def claims(self, after_tenant: int) -> Claims:
        """Return what they came to."""
        if self._tenants:
            last_tenant = after_tenant if self._last_tenant is None else self._last_tenant
            more = True
        else:
            last_tenant = self._turn.last_tenant
            # Who has had some abandoned may have others to send.
            more = self._turn.more or self._abandoned > 0
        return Claims(self.deliveries, last_tenant, self._abandoned, more, self._failures)
