"""Leases and their model, side by side, through three years of a calendar with all its corners."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.properties.lease_choices import (
    PRICES,
    STARTS,
    STEPS,
    adjustments,
    cents,
    lateness,
    which,
)
from tests.properties.lease_model import CashModel, Lease
from tests.support.assigning import LeaseAssignment, assign
from tests.support.chains import broken_chains
from tests.support.tenants import make_child, make_partner

from partner_api.account_pool import store as pool
from partner_api.cash import store as cash
from partner_api.database.arguments import SYSTEM
from partner_api.leases.operator_store import renew
from partner_api.leases.store import DisconnectItem, PriceItem, disconnect, set_price
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.properties.driver import Driver
    from tests.support.tenants import Wallet

    from partner_api.edge.money_queues import MoneyFunction

PARTNER = "partner"


class LeaseMachine(RuleBasedStateMachine):
    """A partner with a child, their leases, and a worker that may be away for months."""

    driver: ClassVar[Driver]

    @initialize(
        start=st.sampled_from(STARTS),
        opening=cents,
        prices=st.lists(st.sampled_from(PRICES), max_size=3),
    )
    def open_wallets(self, start: datetime, opening: int, prices: list[int]) -> None:
        run, connection = self.driver.run, self.driver.connection
        self.now = start
        self.model = CashModel()
        partner = run(make_partner(connection, now=start, cash_cents=opening))
        self.model.record(start, "topup", opening)
        self.tenant_id = partner.tenant_id
        self.wallets: dict[str, Wallet] = {PARTNER: partner}
        for name in ("child 1", "child 2"):
            self.wallets[name] = run(make_child(connection, partner, now=start))
        self.archived: set[str] = set()
        self.made = 0
        if prices:
            self.assign(PARTNER, prices)

    def _new_id(self) -> UUID:
        """Not in the order of assignment, and in the same order whenever the same history is run again."""
        self.made += 1
        return UUID(int=self.tenant_id << 64 | self.made * 7919 % 10_007)

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @precondition(lambda self: self.model.woken_at is not None)
    @rule(milliseconds=st.sampled_from([-1, 0, 0, 500]))
    def the_next_instant_comes(self, milliseconds: int) -> None:
        """Or the moment just before it, or just after."""
        assert self.model.woken_at is not None
        self.now = max(self.now, self.model.woken_at + timedelta(milliseconds=milliseconds))

    @rule(late=lateness)
    def a_slow_worker_comes(self, late: timedelta) -> None:
        """It looked at the clock before others did what is done already."""
        self.driver.run(renew(self.driver.connection, [self.tenant_id], self.now - late, 1000))
        self.model.worker(self.now - late)

    @rule(limit=st.sampled_from([1000, 1, 2]))
    def a_worker_comes(self, limit: int) -> None:
        while self.driver.run(
            renew(self.driver.connection, [self.tenant_id], self.now, limit)
        ).leases:
            pass
        self.model.worker(self.now)

    @precondition(lambda self: self.model.woken_at is not None)
    @rule(instants=st.integers(1, 12), limit=st.sampled_from([1000, 1]))
    def a_worker_never_sleeps(self, instants: int, limit: int) -> None:
        """It is there at each of the next instants at which something is due."""
        for _ in range(instants):
            if self.model.woken_at is None:
                return
            self.now = max(self.now, self.model.woken_at)
            self.a_worker_comes(limit)

    @rule(
        name=st.sampled_from([PARTNER, "child 1", "child 2"]),
        prices=st.lists(st.sampled_from(PRICES), min_size=1, max_size=3),
        late=lateness,
    )
    def assign(self, name: str, prices: list[int], late: timedelta = timedelta()) -> None:
        run, connection = self.driver.run, self.driver.connection
        at = self.now - late
        new = [Lease(self._new_id(), name, at, price) for price in prices]
        pool_ids = [uuid4() for _ in new]
        for pool_id, lease in zip(pool_ids, new, strict=True):
            run(
                pool.insert_account(
                    connection,
                    at,
                    account_id=pool_id,
                    platform="tiktok",
                    handle=secrets.token_hex(8),
                    followers=1,
                    vertical="food",
                    language="en",
                    geo=["US"],
                    monthly_price_cents=lease.price,
                    avatar_url=None,
                )
            )
        item = LeaseAssignment(
            self.wallets[name].project_id, pool_ids, [lease.id for lease in new], None, SYSTEM
        )
        outcome = run(assign(connection, self.tenant_id, at, item))
        if name in self.archived:
            assert (outcome.code, outcome.facts) == ("CONFLICT", {"organization": "not active"})
            return
        assert (outcome.status == "done") == self.model.assign(at, new), outcome

    @rule(
        amounts=st.lists(
            st.one_of(cents.map(lambda amount: ("topup", amount)), adjustments),
            min_size=1,
            max_size=3,
        ),
        late=lateness,
    )
    def post(self, amounts: list[tuple[Any, int]], late: timedelta) -> None:
        """Top up, or adjust in either direction."""
        at = self.now - late
        partner_id = self.wallets[PARTNER].organization_id
        done = []
        for event_type, amount in amounts:
            if event_type == "topup":
                self.model.top_up(at, amount)
                done.append(True)
            else:
                done.append(self.model.adjust(at, amount))
        items = [
            cash.CashPosting(partner_id, event_type, amount, "A posting", None, SYSTEM, None)
            for event_type, amount in amounts
        ]
        self._together(cash.post, at, items, done)

    def _together(
        self,
        function: MoneyFunction[Any],
        at: datetime,
        items: Sequence[Any],
        done: Sequence[bool],
    ) -> None:
        """Let operations arrive together; each is done or not, as the model did it in this order."""
        outcomes = self.driver.call(function, self.tenant_id, at, items)
        assert [outcome.status == "done" for outcome in outcomes] == done, outcomes

    def _lease(self, number: int) -> Lease:
        return self.model.leases[number % len(self.model.leases)]

    @precondition(lambda self: self.model.leases)
    @rule(
        ends=st.lists(st.tuples(which, st.booleans()), min_size=1, max_size=3),
        late=lateness,
    )
    def give_back(self, ends: list[tuple[int, bool]], late: timedelta) -> None:
        """Released by the partner, or recalled."""
        at = self.now - late
        items, done = [], []
        for number, recalled in ends:
            lease = self._lease(number)
            reason: Any = "recalled_by_operator" if recalled else "released_by_partner"
            owner = None if recalled else self.wallets[lease.organization].organization_id
            items.append(DisconnectItem(lease.id, owner, reason, None, SYSTEM, None))
            done.append(self.model.release(at, lease, reason))
        self._together(disconnect, at, items, done)

    @precondition(lambda self: self.model.leases)
    @rule(
        prices=st.lists(
            st.tuples(which, st.sampled_from([20_000, 4_000, 0])), min_size=1, max_size=3
        ),
        late=lateness,
    )
    def change_price(self, prices: list[tuple[int, int]], late: timedelta) -> None:
        at = self.now - late
        chosen = [(self._lease(number), price) for number, price in prices]
        done = [self.model.set_price(at, lease, price) for lease, price in chosen]
        items = [PriceItem(lease.id, price, SYSTEM, None) for lease, price in chosen]
        self._together(set_price, at, items, done)

    @precondition(lambda self: self.model.leases)
    @rule(
        refunds=st.lists(
            st.tuples(which, st.integers(0, 4), st.sampled_from([1, 4_000, 15_000])),
            min_size=1,
            max_size=3,
        ),
        late=lateness,
    )
    def refund(self, refunds: list[tuple[int, int, int]], late: timedelta) -> None:
        at = self.now - late
        partner_id = self.wallets[PARTNER].organization_id
        chosen = [(self._lease(number), month, amount) for number, month, amount in refunds]
        done = [self.model.refund(at, *one) for one in chosen]
        items = [
            cash.RefundItem(partner_id, lease.id, month, amount, None, SYSTEM, None)
            for lease, month, amount in chosen
        ]
        self._together(cash.refund, at, items, done)

    @precondition(lambda self: len(self.archived) == 0 and len(self.model.leases) > 3)
    @rule(late=lateness)
    def archive_a_child(self, late: timedelta) -> None:
        self.archived.add("child 1")
        child, partner = self.wallets["child 1"], self.wallets[PARTNER]
        self.model.archive(self.now - late, "child 1")
        item = organizations.ArchiveItem(
            child.organization_id, partner.organization_id, SYSTEM, None
        )
        self._together(organizations.archive, self.now - late, [item], [True])

    @invariant()
    def the_cash_ledger_agrees_event_by_event(self) -> None:
        rows = self.driver.run(
            self.driver.connection.fetch(
                "SELECT * FROM cash_events WHERE tenant_id = $1 ORDER BY sequence", self.tenant_id
            )
        )
        assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
        assert [
            (
                row["event_type"],
                row["amount_cents"],
                row["balance_after_cents"],
                row["social_account_id"],
                row["lease_month"],
            )
            for row in rows
        ] == self.model.events
        times = [row["created_at"] for row in rows]
        assert times == sorted(times)

    @invariant()
    def the_chains_are_whole(self) -> None:
        assert self.driver.run(broken_chains(self.driver.connection, self.tenant_id)) == []

    @invariant()
    def the_leases_agree(self) -> None:
        rows = self.driver.run(
            self.driver.connection.fetch(
                """
                SELECT l.*, lease_next_renewal(l.assigned_at, $2) AS next_renewal_at,
                       s.status AS account_status, a.status AS pool_status, a.lease_id
                  FROM leases l
                  JOIN social_accounts s ON s.tenant_id = l.tenant_id AND s.id = l.social_account_id
                  JOIN pool_accounts a ON a.id = l.pool_account_id
                 WHERE l.tenant_id = $1
                """,
                self.tenant_id,
                self.now,
            )
        )
        stored = {row["social_account_id"]: row for row in rows}
        assert stored.keys() == {lease.id for lease in self.model.leases}
        for lease in self.model.leases:
            row = stored[lease.id]
            assert row["disconnected_reason"] == lease.ended
            assert row["account_status"] == ("disconnected" if lease.ended else "connected")
            assert row["pool_status"] == ("available" if lease.ended else "leased")
            assert row["lease_id"] == (None if lease.ended else lease.id)
            assert row["monthly_price_cents"] == lease.price
            billing_status = "current" if lease.past_due_since is None else "past_due"
            assert row["billing_status"] == billing_status
            assert row["past_due_since"] == lease.past_due_since
            assert row["next_attempt_at"] == lease.next_attempt_at
            if not lease.ended:
                assert (row["next_month"], row["next_due_at"]) == (lease.unpaid_month, lease.due_at)
                assert row["next_renewal_at"] == lease.next_renewal(self.now) > self.now

    @invariant()
    def every_month_has_one_charge_that_says_what_became_of_it(self) -> None:
        rows = self.driver.run(
            self.driver.connection.fetch(
                """
                SELECT c.*, l.assigned_at FROM lease_charges c
                  JOIN leases l ON l.tenant_id = c.tenant_id AND l.social_account_id = c.social_account_id
                 WHERE c.tenant_id = $1
                """,
                self.tenant_id,
            )
        )
        assert {
            (row["social_account_id"], row["lease_month"]): (
                row["price_cents"],
                row["status"],
                row["refunded_cents"],
                row["period_start"],
                row["period_end"],
            )
            for row in rows
        } == {
            (lease.id, month): (
                charge.price,
                charge.status,
                charge.refunded,
                lease.start(month),
                lease.start(month + 1),
            )
            for lease in self.model.leases
            for month, charge in lease.charges.items()
        }

    @invariant()
    def the_wallet_tells_how_far_it_reaches(self) -> None:
        until = self.now + timedelta(days=30)
        outlook = self.driver.run(
            cash.read_outlook(
                self.driver.connection,
                self.tenant_id,
                self.wallets[PARTNER].organization_id,
                self.now,
                until,
            )
        )
        assert outlook is not None
        months = []
        for lease in self.model.leases:
            month = lease.unpaid_month
            while not lease.ended and lease.start(month) <= until:
                months.append((lease.start(month), lease.id, lease.price_of(month)))
                month += 1
        to_come = [price for at, _, price in months if at > self.now]
        assert (outlook.balance_cents, outlook.renewals, outlook.total_cents) == (
            self.model.balance,
            len(to_come),
            sum(to_come),
        )
        left, covered_until = self.model.balance, until
        for at, _, price in sorted(months):
            left -= price
            if left < 0 and covered_until == until:
                covered_until = at - timedelta(seconds=1)
        assert (outlook.covered_until, outlook.shortfall_cents) == (covered_until, max(0, -left))

    def teardown(self) -> None:
        """Whatever has happened, the books agree."""
        if hasattr(self, "tenant_id"):
            found = self.driver.mismatches(self.tenant_id)
            assert not found, found
