"""The driver's own books: what it was told, compared with the rows that have come since it last looked."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partner_api.ids import format_id
from partner_api.simulation import book_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.simulation.operations import Effect

# Cash events that no simulated operation asks for by amount: the leases' own rules make them.
_MADE_BY_LEASES = ("lease_renewal",)


@dataclass
class _Position:
    """How far a ledger was checked, and the balances there."""

    sequence: int = 0
    included: int = 0
    prepaid: int = 0
    at: datetime | None = None


class Books:
    """Knows of every wallet how far it was right, so that a check costs what has come since."""

    def __init__(self) -> None:
        self._credits: dict[UUID, _Position] = defaultdict(_Position)
        self._cash: dict[int, _Position] = defaultdict(_Position)
        self._expected: dict[tuple[str, UUID], Counter[str]] = defaultdict(Counter)

    def expect(self, effect: Effect) -> None:
        """Note what an operation that was done must have left."""
        self._expected[effect.ledger, effect.organization_id][effect.event_type] += effect.amount

    async def check(self, connection: Connection, tenant_id: int) -> list[str]:
        """Compare a tenant's wallets with their new events, and those with what was asked for.

        Return a sentence with both numbers for each thing that is not as it should be.
        """
        wallets = await book_store.read_wallets(connection, tenant_id)
        after = {
            wallet.organization_id: self._credits[wallet.organization_id].sequence
            for wallet in wallets
        }
        events: dict[UUID, list[book_store.NewEvent]] = defaultdict(list)
        for event in await book_store.read_new_events(connection, tenant_id, after):
            events[event.organization_id].append(event)
        found = []
        for wallet in wallets:
            organization_id = wallet.organization_id
            name = format_id("org", organization_id)
            found += [
                f"{name}: {finding}"
                for finding in self._check_credits(wallet, events[organization_id])
            ]
        cash = await book_store.read_cash_wallet(connection, tenant_id)
        name = format_id("org", cash.organization_id)
        position = self._cash[tenant_id]
        cash_events = await book_store.read_new_cash_events(
            connection, tenant_id, position.sequence
        )
        found += [f"{name}: {finding}" for finding in self._check_cash(cash, position, cash_events)]
        return found

    def _check_credits(
        self, wallet: book_store.StoredWallet, events: Sequence[book_store.NewEvent]
    ) -> Iterator[str]:
        position = self._credits[wallet.organization_id]
        sums: Counter[str] = Counter()
        for event in events:
            subject = f"event {event.sequence} ({event.event_type})"
            yield from _follows(position, event, subject)
            position.included += event.included_delta
            position.prepaid += event.prepaid_delta
            yield from _equal(f"{subject} included_after", position.included, event.included_after)
            yield from _equal(f"{subject} prepaid_after", position.prepaid, event.prepaid_after)
            # A reason says that a rule made the row, not somebody's request.
            if event.reason is None:
                sums[event.event_type] += event.included_delta + event.prepaid_delta
        yield from self._compare_sums("credits", wallet.organization_id, sums)
        yield from _equal("included_remaining", position.included, wallet.included_remaining)
        yield from _equal("prepaid", position.prepaid, wallet.prepaid)
        yield from _equal("last_sequence", position.sequence, wallet.last_sequence)
        yield from _equal("reserved", wallet.open_credits, wallet.reserved)
        yield from _equal("running_jobs", wallet.open_jobs, wallet.running_jobs)
        yield from _equal("state", wallet.organization_status, wallet.state)
        balance = position.included + position.prepaid
        if not 0 <= wallet.reserved <= balance:
            yield f"reserved: expected 0 to {balance}, found {wallet.reserved}"

    def _check_cash(
        self,
        wallet: book_store.StoredCashWallet,
        position: _Position,
        events: Sequence[book_store.NewCashEvent],
    ) -> Iterator[str]:
        sums: Counter[str] = Counter()
        for event in events:
            subject = f"cash event {event.sequence} ({event.event_type})"
            yield from _follows(position, event, subject)
            position.prepaid += event.amount_cents
            yield from _equal(subject, position.prepaid, event.balance_after_cents)
            if event.event_type not in _MADE_BY_LEASES:
                sums[event.event_type] += event.amount_cents
        yield from self._compare_sums("cash", wallet.organization_id, sums)
        yield from _equal("balance_cents", position.prepaid, wallet.balance_cents)
        yield from _equal("cash last_sequence", position.sequence, wallet.last_sequence)
        if wallet.balance_cents < 0:
            yield f"balance_cents: expected at least 0, found {wallet.balance_cents}"

    def _compare_sums(
        self, ledger: str, organization_id: UUID, sums: Counter[str]
    ) -> Iterator[str]:
        expected = self._expected.pop((ledger, organization_id), Counter())
        for event_type in sorted(expected.keys() | sums.keys()):
            subject = f"{event_type} in {ledger}, since the last check"
            yield from _equal(subject, expected[event_type], sums[event_type])


def _follows(
    position: _Position, event: book_store.NewEvent | book_store.NewCashEvent, subject: str
) -> Iterator[str]:
    """Advance to an event; it must be the next one, and not earlier than the one before."""
    yield from _equal(f"{subject} sequence", position.sequence + 1, event.sequence)
    if position.at is not None and event.created_at < position.at:
        yield f"{subject} time: expected {position.at} or later, found {event.created_at}"
    position.sequence = event.sequence
    position.at = event.created_at


def _equal(subject: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"{subject}: expected {expected}, found {found}"
