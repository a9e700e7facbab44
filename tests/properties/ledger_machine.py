"""The ledger and its model, side by side: each rule goes to both, and after it both must agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.properties.ledger_model import Ledger
from tests.support import operations
from tests.support.tenants import make_child, make_partner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.properties.driver import Driver
    from tests.properties.ledger_model import Answer
    from tests.properties.wallet_model import Event
    from tests.properties.wallet_model import Wallet as WalletModel
    from tests.support.tenants import Wallet

    from partner_api.credits.store import CreditAllocation
    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Row
    from partner_api.edge.money_queues import MoneyFunction

PARTNER = "partner"
# Days that some months do not have, a leap year, and the last instant before a midnight.
STARTS = (
    datetime(2026, 6, 15, 12, tzinfo=UTC),
    datetime(2027, 1, 31, tzinfo=UTC),
    datetime(2028, 1, 31, 10, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(2027, 12, 30, 7, tzinfo=UTC),
)
STEPS = (
    timedelta(milliseconds=1),
    timedelta(minutes=59),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=9),
    timedelta(days=100),
)
REFILL = {"refill_threshold": 100, "refill_amount": 150}
# The first, second or third child; -1 is the partner.
organizations = st.sampled_from([0, 1, 2, -1])
mostly_children = st.sampled_from([0, 1, 2] * 4 + [-1])
# A number of credits, or a share of what could be taken: -100 for all of it, -101 for one more than that.
MORE = -101
amounts = st.one_of(
    st.integers(1, 500), st.sampled_from([-10, -30, -60]), st.sampled_from([-100, MORE])
)


class LedgerMachine(RuleBasedStateMachine):
    """A partner with its children, real and modelled, and time that moves across the ends of periods."""

    driver: ClassVar[Driver]
    # How far the clocks of the nodes that answer requests may be off.
    skews: ClassVar[Sequence[timedelta]] = (timedelta(),)

    @initialize(
        start=st.sampled_from(STARTS),
        prepaid=st.integers(1000, 20_000),
        children=st.lists(
            st.tuples(
                st.integers(0, 45),
                st.sampled_from([300, 0, 1]),
                st.sampled_from([1000, 100, 0]),
                st.booleans(),
                st.booleans(),
            ),
            min_size=2,
            max_size=3,
        ),
    )
    def open_wallets(
        self, start: datetime, prepaid: int, children: list[tuple[int, int, int, bool, bool]]
    ) -> None:
        """Children come so many days later, with prepaid and included credits, maybe with a refill.

        Some cancel at once, while a job holds everything that they have.
        """
        self.now, self.skew = start, timedelta()
        self.model = Ledger()
        connection, run = self.driver.connection, self.driver.run
        partner = run(make_partner(connection, now=start, prepaid=prepaid))
        self.tenant_id = partner.tenant_id
        self.wallets: dict[str, Wallet] = {PARTNER: partner}
        self.model.open_wallet(PARTNER, start)
        self.model.post(start, PARTNER, "purchase", prepaid)
        for number, child in enumerate(sorted(children), 1):
            days, allocated, included, refill, leaving = child
            self.now = start + timedelta(days=days)
            name = f"child {number}"
            wallet = run(make_child(connection, partner, now=self.now, prepaid=allocated))
            self.wallets[name] = wallet
            self.model.open_wallet(name, self.now, PARTNER)
            if allocated:
                self.model.allocate(self.now, name, allocated)
            if included:
                self._subscribe(name, included, "active")
            if leaving and allocated + included:
                self._start(name, allocated + included)
                self._subscribe(name, included, "canceled")
            if refill:
                run(operations.configure(connection, wallet, now=self.now, **REFILL))
                self.model.configure(self.now, name, REFILL)
        self.compared = dict.fromkeys(self.wallets, 0)
        # Of each wallet how often it had got low, by the model and by the events, and whether it was.
        self.lows = dict.fromkeys(self.wallets, (0, 0, False))
        self.allocated: list[tuple[CreditAllocation, Outcome]] = []

    def _subscribe(self, name: str, included: int, billing_status: str) -> None:
        wallet, connection = self.wallets[name], self.driver.connection
        call = operations.subscribe(
            connection, wallet, included, now=self.now, billing_status=billing_status
        )
        self.driver.run(call)
        self.model.subscribe(self.now, name, "pro", included, billing_status, None)

    def _start(self, name: str, credits: int) -> None:
        call = operations.started(self.driver.connection, self.wallets[name], credits, now=self.now)
        job_id, expires_at = str(self.driver.run(call)), self.now + timedelta(days=1)
        self.model.start(
            self.now, name, job_id, credits, project_of=name, limit=None, expires_at=expires_at
        )

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(where=organizations, milliseconds_before=st.sampled_from([0, 0, 1, 1500]))
    def a_period_ends(self, where: int, milliseconds_before: int) -> None:
        """Go to the end of somebody's period, or to just before it."""
        end = self.model.wallets[self.name(where)].period_end
        self.now = max(self.now, end - timedelta(milliseconds=milliseconds_before))

    @precondition(lambda self: len(self.skews) > 1)
    @rule(position=st.integers(0, 2))
    def another_node_answers(self, position: int) -> None:
        self.skew = self.skews[position % len(self.skews)]

    @rule(where=organizations)
    def read(self, where: int) -> None:
        """A read is a touch too."""
        name = self.name(where)
        wallet = self.model.touch(name, self.at)
        found = self.driver.run(
            operations.read(self.driver.connection, self.wallets[name], self.at)
        )
        assert (found.balance, found.available) == (wallet.balance, wallet.available)
        assert found.available >= 0

    @invariant()
    def the_books_agree(self) -> None:
        """Every field of every wallet, and every row that was written since the last look."""
        stored = self.driver.wallets(self.tenant_id)
        written = self.driver.events_after(
            self.tenant_id,
            {self.wallets[name].organization_id: count for name, count in self.compared.items()},
        )
        for name, wallet in self.wallets.items():
            model, row = self.model.wallets[name], stored[wallet.organization_id]
            # An operation may touch wallets that it turns out not to need. What a touch does is prescribed,
            # and it had to come first, so it makes no difference that it is made up for here.
            if row["period_start"] > model.period_start:
                model.roll(self.at)
            assert {field: row[field] for field in _fields(model)} == _fields(model), name
            rows = written[wallet.organization_id]
            expected = model.events[self.compared[name] :]
            assert [self._row(row) for row in rows] == [self._event(event) for event in expected], (
                name
            )
            self.compared[name] = len(model.events)
            self._told_when_low(name, row)

    def _told_when_low(self, name: str, row: Row) -> None:
        """As often as the wallet got low. What is done together may come to less often, or to once in the end."""
        times, told, was_low = self.lows[name]
        model = self.model.wallets[name]
        at_least = int(model.is_low and not was_low)
        assert at_least <= row["times_low"] - told <= model.times_low - times, name
        self.lows[name] = (model.times_low, row["times_low"], model.is_low)

    @invariant()
    def the_invariants_hold(self) -> None:
        assert self.driver.violations(self.tenant_id) == []

    def teardown(self) -> None:
        """A refill that failed for lack of the partner's credits is told once an hour; the books agree."""
        if not hasattr(self, "compared"):
            return
        found = self.driver.mismatches(self.tenant_id)
        assert not found, found
        assert self.driver.refill_failures(self.tenant_id) == {
            f"org_{self.wallets[name].organization_id}": wallet.refill_failures
            for name, wallet in self.model.wallets.items()
            if wallet.refill_failures
        }

    # --- for the rules of the operations ---------------------------------------------------------

    @property
    def at(self) -> datetime:
        """The time as the node that answers sees it."""
        return self.now + self.skew

    def name(self, where: int) -> str:
        """One of the organizations."""
        if where < 0:
            return PARTNER
        return f"child {1 + where % (len(self.wallets) - 1)}"

    def amount(self, drawn: int, everything: int) -> int:
        """What a draw of `amounts` stands for."""
        if drawn == MORE:
            return everything + 1
        return drawn if drawn > 0 else max(1, everything * -drawn // 100)

    def both(
        self,
        function: MoneyFunction[Any],
        items: Sequence[Any],
        answers: list[Answer],
    ) -> list[Outcome]:
        """Let operations arrive together; each must be answered what the model answered, in this order."""
        outcomes = self.driver.call(function, self.tenant_id, self.at, items)
        for outcome, answer in zip(outcomes, answers, strict=True):
            assert (outcome.status, outcome.code) == (answer.status, answer.code), outcome
            if answer.facts is not None:
                assert outcome.facts is not None
                assert {key: outcome.facts[key] for key in answer.facts} == answer.facts
        return outcomes

    def _row(self, row: Row) -> tuple[Any, ...]:
        balances = (row["included_after"], row["prepaid_after"], row["usage_after"])
        reason = row["reason"] if row["reason"] in _REASONS else None
        change = (row["event_type"], row["included_delta"], row["prepaid_delta"])
        return (*change, *balances, reason, *self._time(row["created_at"]))

    def _event(self, event: Event) -> tuple[Any, ...]:
        balances = (event.included_after, event.prepaid_after, event.usage_after)
        change = (event.event_type, event.included_delta, event.prepaid_delta)
        return (*change, *balances, event.reason, *self._time(event.created_at))

    def _time(self, value: datetime) -> tuple[datetime, ...]:
        # Where clocks differ, only the order of the rows is prescribed, which is one of the invariants.
        return (value,) if len(self.skews) == 1 else ()


# The reasons that the contract names; others are the server's own.
_REASONS = ("period_lapse", "period_allotment", "auto_refill", "archive_sweep")


def _fields(wallet: WalletModel) -> dict[str, Any]:
    return {
        "state": wallet.state,
        "subscription_tier": wallet.tier,
        "billing_status": wallet.billing_status,
        "included_credits": wallet.included_credits,
        "subscription_started_on": wallet.started_on,
        "period_start": wallet.period_start,
        "period_end": wallet.period_end,
        "included_this_period": wallet.included_this_period,
        "included_remaining": wallet.included_remaining,
        "prepaid": wallet.prepaid,
        "reserved": wallet.reserved,
        "used_this_period": wallet.used,
        "running_jobs": len(wallet.open_jobs),
        "monthly_credit_cap": wallet.cap,
        "refill_threshold": wallet.refill_threshold,
        "refill_amount": wallet.refill_amount,
        "auto_refill_enabled": wallet.auto_refill,
        "refill_failed_at": wallet.refill_failed_at,
        "is_low": wallet.is_low,
    }
