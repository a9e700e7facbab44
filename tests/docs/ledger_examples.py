"""The worked examples of docs/ledger.md, made by the functions that the server itself calls.

Each brings wallets into a state, does one thing, and gives the wallets and the new ledger rows as Markdown.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tests.docs.scene import Account, Scene
from tests.support import operations as do
from tests.support.tenants import Wallet, make_child, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from partner_api.database.connection import Connection

JUNE_1 = datetime(2026, 6, 1, tzinfo=UTC)
JUNE_15 = datetime(2026, 6, 15, 12, tzinfo=UTC)


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
    outcome = await do.settle(connection, child.wallet, job_id, 90, now=JUNE_15)
    assert outcome.status == "done", outcome
    return await scene.finish(JUNE_15)


async def release(connection: Connection) -> str:
    """It fails instead."""
    child, _ = await _child(connection, prepaid=70, included=50)
    job_id = await do.started(connection, child.wallet, 120, now=JUNE_15)
    scene = Scene(connection, child)
    await scene.begin(JUNE_15)
    outcome = await do.release(connection, child.wallet, job_id, now=JUNE_15)
    assert outcome.status == "done", outcome
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
    await do.started(connection, child.wallet, 120, now=JUNE_15)
    scene = Scene(connection, child, partner)
    await scene.begin(JUNE_15)
    await _archive(connection, child.wallet)
    return await scene.finish(JUNE_15)


async def archive_sweep(connection: Connection) -> str:
    """That job ends."""
    child, partner = await _child(connection, prepaid=500, included=50)
    job_id = await do.started(connection, child.wallet, 120, now=JUNE_15)
    await _archive(connection, child.wallet)
    scene = Scene(connection, child, partner)
    await scene.begin(JUNE_15)
    outcome = await do.settle(connection, child.wallet, job_id, 90, now=JUNE_15)
    assert outcome.status == "done", outcome
    return await scene.finish(JUNE_15)


async def _archive(connection: Connection, child: Wallet) -> None:
    assert child.partner_id is not None
    (outcome,) = await organizations.archive(
        connection,
        child.tenant_id,
        JUNE_15,
        [organizations.ArchiveItem(child.organization_id, child.partner_id, SYSTEM, None)],
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
