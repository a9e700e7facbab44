"""The worked examples of docs/ledger.md, made by the functions that the server itself calls.

Each example brings wallets into a state, does one thing, and shows the wallets and the new ledger rows as Markdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from tests import operations as do
from tests.tenants import Wallet, make_child, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

JUNE_1 = datetime(2026, 6, 1, tzinfo=UTC)
JUNE_15 = datetime(2026, 6, 15, 12, tzinfo=UTC)
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
            found = await do.read(self.connection, account.wallet, now)
        else:
            row = await self.connection.fetchrow(
                "SELECT *, included_remaining + prepaid AS balance, "
                "included_remaining + prepaid - reserved AS available "
                "FROM wallets WHERE tenant_id = $1 AND organization_id = $2",
                account.wallet.tenant_id,
                account.wallet.organization_id,
            )
            assert row is not None
            found = dict(row)
        return [_number(found[field]) for field in _FIELDS]

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


async def _child(
    connection: Connection, *, prepaid: int = 0, included: int = 0, partner_prepaid: int = 20_000
) -> tuple[Account, Account]:
    partner = await make_partner(connection, now=JUNE_1, prepaid=partner_prepaid)
    child = await make_child(connection, partner, now=JUNE_1, prepaid=prepaid)
    if included:
        await do.subscribe(connection, child, included, now=JUNE_1, started_on=JUNE_1.date())
    return Account("child", child), Account("partner", partner)


async def grant(connection: Connection) -> str:
    """The operator gives 500."""
    child, _ = await _child(connection, prepaid=1_000)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.post(connection, child.wallet, "grant", 500, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def purchase(connection: Connection) -> str:
    """A partner buys 5,000."""
    _, partner = await _child(connection)
    scene = Scene(connection, partner)
    await scene.begin(JUNE_15)
    await do.post(connection, partner.wallet, "purchase", 5_000, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def adjustment(connection: Connection) -> str:
    """Two hundred too many are taken back."""
    child, _ = await _child(connection, prepaid=1_000)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.post(connection, child.wallet, "adjustment", -200, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def adjustment_refused(connection: Connection) -> str:
    """Work in flight may need what is to be taken."""
    child, _ = await _child(connection, prepaid=1_000)
    await do.started(connection, child.wallet, 900, now=JUNE_15)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    outcome = await do.post(connection, child.wallet, "adjustment", -200, now=JUNE_15)
    return await scene.finish(JUNE_15, outcome)


async def allocate(connection: Connection) -> str:
    """A partner funds its child."""
    child, partner = await _child(connection, prepaid=400)
    scene = Scene(connection, child, partner)
    await scene.begin(JUNE_15)
    await do.allocate(connection, child.wallet, 1_000, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def reserve(connection: Connection) -> str:
    """A job starts."""
    child, _ = await _child(connection, prepaid=70, included=50)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.started(connection, child.wallet, 120, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def settle(connection: Connection) -> str:
    """The job of the example before ends, and cost 90."""
    child, _ = await _child(connection, prepaid=70, included=50)
    job_id = await do.started(connection, child.wallet, 120, now=JUNE_15)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.settle(connection, child.wallet, job_id, 90, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def release(connection: Connection) -> str:
    """It fails instead."""
    child, _ = await _child(connection, prepaid=70, included=50)
    job_id = await do.started(connection, child.wallet, 120, now=JUNE_15)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.release(connection, child.wallet, job_id, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def not_enough(connection: Connection) -> str:
    """A job too many."""
    child, _ = await _child(connection, prepaid=150)
    await do.started(connection, child.wallet, 120, now=JUNE_15)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    _, outcome = await do.start(connection, child.wallet, 50, now=JUNE_15)
    return await scene.finish(JUNE_15, outcome)


async def cap(connection: Connection) -> str:
    """There is money, but the month's limit is reached."""
    child, _ = await _child(connection, prepaid=5_000)
    await do.configure(connection, child.wallet, now=JUNE_1, monthly_credit_cap=500)
    await do.spend(connection, child.wallet, 400, now=JUNE_1)
    await do.started(connection, child.wallet, 60, now=JUNE_15)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    _, outcome = await do.start(connection, child.wallet, 50, now=JUNE_15)
    return await scene.finish(JUNE_15, outcome)


async def refill(connection: Connection) -> str:
    """A start that would leave too little brings credits with it."""
    child, partner = await _child(connection, prepaid=250)
    await do.configure(
        connection,
        child.wallet,
        now=JUNE_1,
        refill_threshold=200,
        refill_amount=1_000,
        auto_refill_enabled=True,
    )
    scene = Scene(connection, child, partner)
    await scene.begin(JUNE_15)
    await do.started(connection, child.wallet, 120, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def period_end(connection: Connection) -> str:
    """A month ends with nothing in flight."""
    child, _ = await _child(connection, prepaid=5_400, included=1_000)
    await do.spend(connection, child.wallet, 750, now=JUNE_15)
    scene = Scene(connection, child)
    await scene.begin()
    return await scene.finish(datetime(2026, 7, 1, tzinfo=UTC))


async def carry(connection: Connection) -> str:
    """A month ends while work in flight needs more than the next one brings."""
    child, _ = await _child(connection, prepaid=100, included=250)
    await do.subscribe(connection, child.wallet, 50, now=JUNE_15, tier="starter")
    await do.started(connection, child.wallet, 300, now=JUNE_15)
    scene = Scene(connection, child)
    await scene.begin()
    return await scene.finish(datetime(2026, 7, 1, tzinfo=UTC))


async def missed_periods(connection: Connection) -> str:
    """Nobody looked for three months."""
    january_31 = datetime(2026, 1, 31, tzinfo=UTC)
    partner = await make_partner(connection, now=january_31)
    child = await make_child(connection, partner, now=january_31)
    await do.subscribe(connection, child, 1_000, now=january_31, started_on=date(2026, 1, 31))
    await do.spend(connection, child, 300, now=datetime(2026, 2, 10, tzinfo=UTC))
    scene = Scene(connection, Account("child", child))
    await scene.begin()
    return await scene.finish(datetime(2026, 5, 2, tzinfo=UTC))


async def raised(connection: Connection) -> str:
    """A bigger plan in the middle of a month."""
    child, _ = await _child(connection, included=1_000)
    await do.spend(connection, child.wallet, 400, now=JUNE_1)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.subscribe(connection, child.wallet, 1_500, now=JUNE_15, tier="scale")
    return await scene.finish(JUNE_15)


async def toggled(connection: Connection) -> str:
    """Down to 200 and up to 1,500 again, in the same month."""
    child, _ = await _child(connection, included=1_500)
    await do.spend(connection, child.wallet, 400, now=JUNE_1)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.subscribe(connection, child.wallet, 200, now=JUNE_15)
    await do.subscribe(connection, child.wallet, 1_500, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def moved_start(connection: Connection) -> str:
    """Periods are to begin on the 10th."""
    child, _ = await _child(connection, included=1_000)
    await do.spend(connection, child.wallet, 400, now=JUNE_1)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.subscribe(
        connection, child.wallet, 1_000, now=JUNE_15, started_on=JUNE_1.date().replace(day=10)
    )
    return await scene.finish(JUNE_15)


async def refund(connection: Connection) -> str:
    """A hundred of the 120 that a job cost are given back."""
    child, _ = await _child(connection, prepaid=100, included=50)
    job_id = await do.spend(connection, child.wallet, 120, now=JUNE_1)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    await do.post(connection, child.wallet, "refund", 100, now=JUNE_15, job_id=job_id)
    return await scene.finish(JUNE_15)


async def archive(connection: Connection) -> str:
    """A child is archived while a job runs."""
    child, partner = await _child(connection, prepaid=500, included=50)
    await do.started(connection, child.wallet, 120, now=JUNE_1)
    scene = Scene(connection, child, partner)
    await scene.begin(JUNE_15)
    await _archive(connection, child.wallet)
    return await scene.finish(JUNE_15)


async def archive_sweep(connection: Connection) -> str:
    """That job ends."""
    child, partner = await _child(connection, prepaid=500, included=50)
    job_id = await do.started(connection, child.wallet, 120, now=JUNE_1)
    await _archive(connection, child.wallet)
    scene = Scene(connection, child, partner)
    await scene.begin(JUNE_15)
    await do.settle(connection, child.wallet, job_id, 90, now=JUNE_15)
    return await scene.finish(JUNE_15)


async def _archive(connection: Connection, child: Wallet) -> None:
    assert child.partner_id is not None
    outcome = await organizations.archive(
        connection,
        child.tenant_id,
        JUNE_15,
        child.organization_id,
        partner_id=child.partner_id,
        caller=SYSTEM,
    )
    assert outcome.status == "done", outcome


EXAMPLES: tuple[Callable[[Connection], Awaitable[str]], ...] = (
    grant,
    purchase,
    adjustment,
    adjustment_refused,
    allocate,
    reserve,
    settle,
    release,
    not_enough,
    cap,
    refill,
    period_end,
    carry,
    missed_periods,
    raised,
    toggled,
    moved_start,
    refund,
    archive,
    archive_sweep,
)


async def rewritten(page: str, connection: Connection) -> str:
    """The page with every example computed again."""
    shown = dict.fromkeys(re.findall(r"<!-- example: (\w+) -->", page))
    known = {example.__name__.strip("_"): example for example in EXAMPLES}
    assert shown.keys() == known.keys(), shown.keys() ^ known.keys()
    for name, example in known.items():
        start, end = f"<!-- example: {name} -->\n", "<!-- end -->"
        before, _, rest = page.partition(start)
        after = rest.partition(end)[2]
        page = f"{before}{start}\n{await example(connection)}\n\n{end}{after}"
    return page


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; numbers to the right."""
    rows = list(rows)
    numbers = [
        all(re.fullmatch(r"[+−]?[\d,]+|", row[place]) for row in rows) and column != "reason"
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
    return f"{'+' if value > 0 else '−'}{abs(value):,}" if value else ""


def _list(values: Sequence[str]) -> str:
    return ", ".join(values) or "none"
