"""Leases and their model, side by side, through three years of a calendar with all its corners."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.properties.lease_choices import PRICES, STARTS, STEPS, cents, lateness, which
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
    from tests.properties.driver import Driver
    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome

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

    def _agree(self, outcome: Outcome, *, done: bool) -> None:
        assert (outcome.status == "done") == done, outcome

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
        done = self.model.assign(at, new)
        self._agree(outcome, done=done)

    @rule(amount=cents, late=lateness)
    def top_up(self, amount: int, late: timedelta) -> None:
        self._post("topup", amount, self.now - late)
        self.model.top_up(self.now - late, amount)

    @rule(amount=st.one_of(cents, cents.map(lambda amount: -amount)), late=lateness)
    def adjust(self, amount: int, late: timedelta) -> None:
        done = self.model.adjust(self.now - late, amount)
        self._agree(self._post("adjustment", amount, self.now - late), done=done)

    def _post(self, event_type: str, amount: int, at: datetime) -> Outcome:
        item = cash.CashPosting(
            self.wallets[PARTNER].organization_id,
            event_type,  # type: ignore[arg-type]  # one of the two
            amount,
            "A posting",
            None,
            SYSTEM,
            None,
        )
        (outcome,) = self.driver.call(cash.post, self.tenant_id, at, [item])
        return outcome

    def _lease(self, number: int) -> Lease:
        return self.model.leases[number % len(self.model.leases)]

    @precondition(lambda self: self.model.leases)
    @rule(number=which, recalled=st.booleans(), late=lateness)
    def give_back(self, number: int, recalled: bool, late: timedelta) -> None:
        lease = self._lease(number)
        done = self.model.release(
            self.now - late, lease, "recalled_by_operator" if recalled else "released_by_partner"
        )
        outcome = self.driver.run(self._in_transaction(lease, self.now - late, recalled=recalled))
        self._agree(outcome, done=done)

    async def _in_transaction(self, lease: Lease, at: datetime, *, recalled: bool) -> Outcome:
        connection = self.driver.connection
        async with connection.transaction():
            (outcome,) = await disconnect(
                connection,
                self.tenant_id,
                at,
                [
                    DisconnectItem(
                        lease.id,
                        None if recalled else self.wallets[lease.organization].organization_id,
                        "recalled_by_operator" if recalled else "released_by_partner",
                        None,
                        SYSTEM,
                        None,
                    )
                ],
            )
        return outcome

    @precondition(lambda self: self.model.leases)
    @rule(number=which, price=st.sampled_from([20_000, 4_000, 0]), late=lateness)
    def change_price(self, number: int, price: int, late: timedelta) -> None:
        lease = self._lease(number)
        done = self.model.set_price(self.now - late, lease, price)
        (outcome,) = self.driver.run(
            set_price(
                self.driver.connection,
                self.tenant_id,
                self.now - late,
                [PriceItem(lease.id, price, SYSTEM, None)],
            )
        )
        self._agree(outcome, done=done)

    @precondition(lambda self: self.model.leases)
    @rule(
        number=which,
        month=st.integers(0, 4),
        amount=st.sampled_from([1, 4_000, 15_000]),
        late=lateness,
    )
    def refund(self, number: int, month: int, amount: int, late: timedelta) -> None:
        lease = self._lease(number)
        done = self.model.refund(self.now - late, lease, month, amount)
        (outcome,) = self.driver.run(
            cash.refund(
                self.driver.connection,
                self.tenant_id,
                self.now - late,
                [
                    cash.RefundItem(
                        self.wallets[PARTNER].organization_id,
                        lease.id,
                        month,
                        amount,
                        None,
                        SYSTEM,
                        None,
                    )
                ],
            )
        )
        self._agree(outcome, done=done)

    @precondition(lambda self: len(self.archived) == 0 and len(self.model.leases) > 3)
    @rule(late=lateness)
    def archive_a_child(self, late: timedelta) -> None:
        self.archived.add("child 1")
        child = self.wallets["child 1"]
        self.model.archive(self.now - late, "child 1")
        assert child.partner_id is not None
        (outcome,) = self.driver.run(
            organizations.archive(
                self.driver.connection,
                self.tenant_id,
                self.now - late,
                [organizations.ArchiveItem(child.organization_id, child.partner_id, SYSTEM, None)],
            )
        )
        self._agree(outcome, done=True)

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
            assert self.driver.mismatches(self.tenant_id) == []
