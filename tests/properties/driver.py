"""Runs the money functions from a state machine that is not a coroutine, and reads back what they left."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from tests.support.batches import SetClock, call_together
from tests.support.invariants import mismatches, violations

from partner_api.database.connection import connect, open_pool
from partner_api.edge.money_calls import MoneyCalls

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from uuid import UUID

    from tests.support.databases import DatabaseUrls

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool, Row
    from partner_api.edge.money_queues import MoneyFunction

T = TypeVar("T")

_WALLETS = """
SELECT organization_id, state, subscription_tier, billing_status, included_credits, subscription_started_on,
       period_start, period_end, included_this_period, included_remaining, prepaid, reserved, used_this_period,
       running_jobs, monthly_credit_cap, refill_threshold, refill_amount, auto_refill_enabled,
       refill_failed_at, is_low,
       (SELECT count(*) FROM outbox o
         WHERE o.tenant_id = $1 AND o.organization_id = w.organization_id
           AND o.event_type = 'credits.low') AS times_low
  FROM wallets w WHERE tenant_id = $1
"""
_NEW_EVENTS = """
SELECT e.*, e.metadata ->> 'reason' AS reason
  FROM unnest($2::uuid[], $3::bigint[]) AS k (organization_id, sequence)
  JOIN credit_events e ON e.tenant_id = $1 AND e.organization_id = k.organization_id AND e.sequence > k.sequence
 ORDER BY e.sequence
"""


class Driver:
    """The batches of an API process, and a connection as each role, on an event loop of its own.

    Args:
        urls: of the database.
        batch_size: most operations in one commit.
    """

    def __init__(self, urls: DatabaseUrls, batch_size: int) -> None:
        self._urls = urls
        self._batch_size = batch_size
        self._clock = SetClock()

    def __enter__(self) -> Driver:
        # Not asyncio.Runner: that would replace the loop which the other tests of the session share.
        self._loop = asyncio.new_event_loop()
        self.connection: Connection = self.run(connect(self._urls.app))
        self.owner: Connection = self.run(connect(self._urls.owner))
        self._pool: Pool = self.run(open_pool(self._urls.app, 2))
        self._calls = MoneyCalls(self._pool, self._clock, self._batch_size)
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.run(self._pool.close())
        self.run(self.owner.close())
        self.run(self.connection.close())
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end."""
        return self._loop.run_until_complete(coroutine)

    def call(
        self,
        function: MoneyFunction[Any],
        tenant_id: int,
        now: datetime,
        items: Sequence[Any],
    ) -> list[Outcome]:
        """Let operations arrive together, which a money function of a store does in batches; their outcomes."""
        self._clock.at = now
        return self.run(call_together(self._calls, function, tenant_id, items))

    def wallets(self, tenant_id: int) -> dict[UUID, Row]:
        """The wallets of a tenant as they are stored: looking at them here rolls nothing over."""
        rows = self.run(self.connection.fetch(_WALLETS, tenant_id))
        return {row["organization_id"]: row for row in rows}

    def events_after(self, tenant_id: int, sequences: Mapping[UUID, int]) -> dict[UUID, list[Row]]:
        """The ledger rows of each wallet after a sequence, oldest first."""
        rows = self.run(
            self.connection.fetch(_NEW_EVENTS, tenant_id, list(sequences), list(sequences.values()))
        )
        found: dict[UUID, list[Row]] = {organization: [] for organization in sequences}
        for row in rows:
            found[row["organization_id"]].append(row)
        return found

    def refill_failures(self, tenant_id: int) -> dict[str, int]:
        """How often each child's audit log says that its refill failed."""
        rows = self.run(
            self.connection.fetch(
                """
                SELECT details ->> 'organizationId' AS organization, count(*) AS times FROM audit_events
                 WHERE tenant_id = $1 AND event_type = 'credits.refill_failed' GROUP BY 1
                """,
                tenant_id,
            )
        )
        return {row["organization"]: row["times"] for row in rows}

    def violations(self, tenant_id: int) -> list[str]:
        """Which invariants do not hold."""
        return self.run(violations(self.connection, tenant_id))

    def mismatches(self, tenant_id: int) -> list[str]:
        """What a check of the tenant's books finds."""
        return self.run(mismatches(self.connection, tenant_id))
