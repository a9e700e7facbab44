"""A scene of docs/ledger.md: wallets before and after one operation, as Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support import operations as do

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

_COLUMNS = ("included", "prepaid", "reserved", "balance", "available", "used this period")
_FIELDS = ("included_remaining", "prepaid", "reserved", "balance", "available", "used_this_period")


@dataclass
class Account:
    """A wallet by the name that the page gives it."""

    name: str
    wallet: Wallet


class Scene:
    """Some wallets before and after one operation."""

    def __init__(self, connection: Connection, *accounts: Account) -> None:
        self.connection = connection
        self.accounts = accounts
        self._before: list[list[str]] = []
        self._sequences: list[int] = []
        self._reservations: list[str] = []

    async def begin(self, now: datetime | None = None) -> None:
        """Take down how the wallets stand; without ``now``, as their rows are, period over or not."""
        self._before = [await self._row(account, now) for account in self.accounts]
        self._sequences = [await self._last_sequence(account) for account in self.accounts]
        self._reservations = await self._open_jobs()

    async def finish(self, now: datetime, refusal: Outcome | None = None) -> str:
        """Show what has changed since."""
        after = [await self._row(account, now) for account in self.accounts]
        named = len(self.accounts) > 1
        rows = []
        for account, before, then in zip(self.accounts, self._before, after, strict=True):
            suffix = f", {account.name}" if named else ""
            rows += [[f"before{suffix}", *before], [f"after{suffix}", *then]]
        text = _table(["", *_COLUMNS], rows)
        if refusal is not None:
            facts = refusal.facts or {}
            text += f"\n\nRefused: `{refusal.code}`, " + ", ".join(
                f"{name} {_number(value)}" for name, value in facts.items()
            )
        reservations = await self._open_jobs()
        if reservations != self._reservations:
            text += f"\n\nOpen reservations before: {_list(self._reservations)}; after: "
            text += f"{_list(reservations)}."
        return f"{text}\n\n{await self._events(named)}"

    async def _row(self, account: Account, now: datetime | None) -> list[str]:
        if now is not None:
            wallet = await do.read(self.connection, account.wallet, now)
            return [_number(getattr(wallet, field)) for field in _FIELDS]
        row = await self.connection.fetchrow(
            "SELECT *, included_remaining + prepaid AS balance, "
            "included_remaining + prepaid - reserved AS available "
            "FROM wallets WHERE tenant_id = $1 AND organization_id = $2",
            account.wallet.tenant_id,
            account.wallet.organization_id,
        )
        assert row is not None
        return [_number(row[field]) for field in _FIELDS]

    async def _last_sequence(self, account: Account) -> int:
        events = await do.events(self.connection, account.wallet)
        return events[-1]["sequence"] if events else 0

    async def _open_jobs(self) -> list[str]:
        rows = await self.connection.fetch(
            "SELECT credits FROM reservations WHERE tenant_id = $1 AND status = 'open' "
            "ORDER BY created_at, credits",
            self.accounts[0].wallet.tenant_id,
        )
        return [_number(row["credits"]) for row in rows]

    async def _events(self, named: bool) -> str:
        rows = []
        for account, sequence in zip(self.accounts, self._sequences, strict=True):
            for event in await do.events(self.connection, account.wallet):
                if event["sequence"] > sequence:
                    cells = [
                        f"{event['created_at']:%-d %b %H:%M}",
                        event["event_type"],
                        _signed(event["included_delta"]),
                        _signed(event["prepaid_delta"]),
                        _number(event["included_after"] + event["prepaid_after"]),
                        event["reason"] or event["metadata"].get("direction") or "",
                    ]
                    rows.append([account.name, *cells] if named else cells)
        if not rows:
            return "No ledger row."
        columns = ["new row", "type", "included", "prepaid", "balance after", "reason"]
        return _table(["wallet", *columns] if named else columns, rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; numbers to the right."""
    rows = list(rows)
    numbers = [
        all(re.fullmatch(r"[+\N{MINUS SIGN}]?[\d,]+|", row[place]) for row in rows)
        and column != "reason"
        for place, column in enumerate(columns)
    ]
    lines = [
        "| " + " | ".join(columns) + " |",
        "|" + "|".join("--:" if number else "---" for number in numbers) + "|",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return "\n".join(lines)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"`{value}`"


def _signed(value: int) -> str:
    sign = "+" if value > 0 else "\N{MINUS SIGN}"
    return f"{sign}{abs(value):,}" if value else ""


def _list(values: Sequence[str]) -> str:
    return ", ".join(values) or "none"
