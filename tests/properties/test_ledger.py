"""Random sequences of everything that moves credits, compared with a model of the contract after each step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from tests import operations
from tests.properties.driver import Driver
from tests.properties.ledger_machine import PARTNER, LedgerMachine, mostly_children, organizations
from tests.properties.ledger_model import Answer
from tests.tenants import job_start

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.generation import store as generation

if TYPE_CHECKING:
    from tests.conftest import DatabaseUrls

# One of what there is, whatever there is.
NO_JOB = 40
which = st.integers(0, NO_JOB)
# A number of credits, or a share of what could be taken: -100 for all of it, -101 for one more than that.
MORE = -101
amounts = st.one_of(
    st.integers(1, 500), st.sampled_from([-10, -30, -60]), st.sampled_from([-100, MORE])
)


class Operations(LedgerMachine):
    """Every operation of the credit ledger."""

    # --- money comes, money goes -----------------------------------------------------------------

    @rule(
        items=st.lists(
            st.tuples(organizations, st.sampled_from(["grant", "purchase"]), amounts),
            min_size=1,
            max_size=3,
        )
    )
    def post(self, items: list[tuple[int, str, int]]) -> None:
        batch = [(self.name(where), kind, abs(credits)) for where, kind, credits in items]
        sent = [
            operations.posting(self.wallets[name], kind, credits) for name, kind, credits in batch
        ]
        answers = [self.model.post(self.at, *item) for item in batch]
        self.both(credit.post, sent, answers)

    @rule(where=organizations, credits=amounts, taking=st.booleans())
    def adjust(self, where: int, credits: int, taking: bool) -> None:
        name = self.name(where)
        amount = self._amount(credits, self.model.wallets[name].spendable_prepaid)
        amount = -amount if taking else amount
        sent = [operations.posting(self.wallets[name], "adjustment", amount)]
        answers = [self.model.post(self.at, name, "adjustment", amount)]
        self.both(credit.post, sent, answers)

    @rule(position=which, credits=amounts, stranger=st.sampled_from([False] * 5 + [True]))
    @precondition(lambda self: self.model.jobs)
    def refund(self, position: int, credits: int, stranger: bool) -> None:
        """Sometimes of a job that another organization paid for."""
        charged = [job_id for job_id, job in self.model.jobs.items() if job.charged]
        choice = charged if charged and position % 4 else list(self.model.jobs)
        job_id = choice[position % len(choice)]
        job = self.model.jobs[job_id]
        amount = self._amount(credits, job.charged - job.refunded)
        name = next(other for other in self.wallets if (other == job.organization) is not stranger)
        sent = [operations.posting(self.wallets[name], "refund", amount, job_id=UUID(job_id))]
        answers = [self.model.refund(self.at, name, job_id, amount)]
        self.both(credit.post, sent, answers)

    @rule(items=st.lists(st.tuples(mostly_children, amounts), min_size=1, max_size=3))
    def allocate(self, items: list[tuple[int, int]]) -> None:
        sent, answers = [], []
        for where, credits in items:
            name = self.name(where)
            amount = self._amount(credits, self.model.wallets[PARTNER].spendable_prepaid)
            item = self._allocation(name, amount)
            sent.append(item)
            answers.append(self.model.allocate(self.at, name, amount))
        outcomes = self.both(credit.allocate, sent, answers)
        done = zip(sent, outcomes, strict=True)
        self.allocated += [(item, outcome) for item, outcome in done if outcome.status == "done"]

    @rule(position=which, same_body=st.booleans())
    @precondition(lambda self: self.allocated)
    def allocate_again(self, position: int, same_body: bool) -> None:
        """A key that was used is never used again, however long ago that was."""
        item, outcome = self.allocated[position % len(self.allocated)]
        assert item.idempotency is not None
        answer = Answer("replayed", None, outcome.facts)
        if not same_body:
            item = item._replace(idempotency=item.idempotency._replace(fingerprint=b"other"))
            answer = Answer("refused", "IDEMPOTENCY_CONFLICT")
        self.both(credit.allocate, [item._replace(transfer_id=uuid4())], [answer])

    # --- what decides how a wallet behaves -------------------------------------------------------

    @rule(
        where=mostly_children,
        cap=st.one_of(st.just({}), st.none(), st.integers(0, 3000)),
        refill=st.one_of(
            st.tuples(st.integers(0, 300), st.integers(1, 600)),
            st.tuples(st.integers(0, 300), st.integers(1, 600)),
            st.sampled_from([{}, (None, None), (None, 5), (100, None)]),
        ),
        enabled=st.sampled_from([True, True, True, {}, False]),
    )
    def configure(self, where: int, cap: Any, refill: Any, enabled: Any) -> None:
        name = self.name(where)
        patch: dict[str, Any] = {}
        if cap != {}:
            patch["monthly_credit_cap"] = cap
        if refill != {}:
            patch["refill_threshold"], patch["refill_amount"] = refill
        if enabled != {}:
            patch["auto_refill_enabled"] = enabled
        answers = [self.model.configure(self.at, name, patch)]
        item = credit.CreditConfiguration(
            self.wallets[name].organization_id,
            self.wallets[PARTNER].organization_id,
            patch,
            SYSTEM,
            None,
        )
        self.both(credit.configure, [item], answers)

    @rule(
        where=organizations,
        credits=st.sampled_from([0, 50, 100, 100, 400, 1000]),
        tier=st.sampled_from(["starter", "pro"]),
        billing_status=st.sampled_from(["active", "active", "active", "past_due", "canceled"]),
        start=st.one_of(st.none(), st.none(), st.integers(-1, 70)),
    )
    def subscribe(
        self, where: int, credits: int, tier: str, billing_status: str, start: int | None
    ) -> None:
        """A subscription that began so many days ago; tomorrow is refused, and None leaves the start alone."""
        name = self.name(where)
        started_on = None if start is None else (self.at - timedelta(days=start)).date()
        self._subscribe(name, tier, credits, billing_status, started_on)

    @rule(
        where=organizations,
        billing_status=st.sampled_from([None, "active", "past_due", "canceled"]),
    )
    def toggle_subscription(self, where: int, billing_status: str | None) -> None:
        """The same subscription again, with another status or wholly equal."""
        name = self.name(where)
        wallet = self.model.wallets[name]
        status = billing_status or wallet.billing_status
        self._subscribe(name, wallet.tier, wallet.included_credits, status, wallet.started_on)

    def _subscribe(
        self, name: str, tier: str, credits: int, status: str, started_on: date | None
    ) -> None:
        item = operations.subscription(
            self.wallets[name], credits, tier=tier, billing_status=status, started_on=started_on
        )
        answers = [self.model.subscribe(self.at, name, tier, credits, status, started_on)]
        self.both(credit.set_subscriptions, [item], answers)

    @rule(where=organizations, archived=st.sampled_from([False, False, False, True]))
    def archive_or_restore_project(self, where: int, archived: bool) -> None:
        name = self.name(where)
        self.model.wallets[name].project_archived = archived
        self.driver.run(
            self.driver.connection.execute(
                """
                UPDATE projects SET status = CASE WHEN $3 THEN 'archived' ELSE 'active' END,
                       archived_at = CASE WHEN $3 THEN created_at END
                 WHERE tenant_id = $1 AND id = $2
                """,
                self.tenant_id,
                self.wallets[name].project_id,
                archived,
            )
        )

    # --- work ------------------------------------------------------------------------------------

    @rule(where=organizations, credits=amounts)
    def start_one(self, where: int, credits: int) -> None:
        self._start([(where, credits, None, None)])

    @rule(
        items=st.lists(
            st.tuples(
                organizations,
                amounts,
                st.sampled_from([None, None, 1, 3, 6]),
                st.sampled_from([None] * 12 + [PARTNER]),
            ),
            min_size=2,
            max_size=5,
        )
    )
    def start_several(self, items: list[tuple[int, int, int | None, str | None]]) -> None:
        """Some of them above a limit of running jobs, or in a project of another organization."""
        self._start(items)

    def _start(self, items: list[tuple[int, int, int | None, str | None]]) -> None:
        sent, answers = [], []
        for where, credits, limit, other in items:
            name = self.name(where)
            amount = self._amount(credits, self.model.touch(name, self.at).available)
            project_of = other or name
            item = job_start(self.wallets[name], amount, now=self.at)._replace(
                project_id=self.wallets[project_of].project_id, running_jobs_limit=limit
            )
            sent.append(item)
            answer = self.model.start(
                self.at,
                name,
                str(item.job_id),
                amount,
                project_of=project_of,
                limit=limit,
                expires_at=item.expires_at,
            )
            answers.append(answer)
        self.both(generation.start_jobs, sent, answers)

    @rule(position=which, credits=st.one_of(amounts, st.just(0)))
    @precondition(lambda self: self.model.jobs)
    def settle_one(self, position: int, credits: int) -> None:
        self._settle([(position, credits)])

    @rule(items=st.lists(st.tuples(which, st.one_of(amounts, st.just(0))), min_size=2, max_size=5))
    @precondition(lambda self: self.model.jobs)
    def settle_several(self, items: list[tuple[int, int]]) -> None:
        self._settle(items)

    def _settle(self, items: list[tuple[int, int]]) -> None:
        sent, answers = [], []
        for position, credits in items:
            job_id = self._job(position)
            job = self.model.jobs.get(job_id)
            amount = self._amount(credits, job.credits if job else 0) if credits else 0
            sent.append(generation.JobSettlement(UUID(job_id), amount, SYSTEM))
            answers.append(self.model.settle(self.at, job_id, amount))
        self.both(generation.settle_jobs, sent, answers)

    @rule(
        items=st.lists(
            st.tuples(which, st.sampled_from(["failed", "canceled"])), min_size=1, max_size=3
        )
    )
    @precondition(lambda self: self.model.jobs)
    def release(self, items: list[tuple[int, str]]) -> None:
        batch = [(self._job(position), status) for position, status in items]
        sent = [operations.ending(UUID(job_id), status) for job_id, status in batch]
        answers = [self.model.release(self.at, job_id, status) for job_id, status in batch]
        self.both(generation.release_jobs, sent, answers)

    @rule(wait=st.sampled_from([timedelta(hours=1), timedelta(days=1)]))
    def expire(self, wait: timedelta) -> None:
        self.now += wait
        expired = self.driver.run(
            generation.expire_jobs(self.driver.connection, self.tenant_id, self.at, 1000)
        )
        assert expired == self.model.expire(self.at)

    def _amount(self, drawn: int, everything: int) -> int:
        if drawn == MORE:
            return everything + 1
        return drawn if drawn > 0 else max(1, everything * -drawn // 100)

    def _job(self, position: int) -> str:
        """A job, mostly one that is still running; sometimes one that never was."""
        running = [job_id for job_id, job in self.model.jobs.items() if job.status == "running"]
        choice = running if running and position % 4 else list(self.model.jobs)
        if position == NO_JOB or not choice:
            return str(uuid4())
        return choice[position % len(choice)]

    def _allocation(self, name: str, credits: int) -> credit.CreditAllocation:
        partner, child = self.wallets[PARTNER], self.wallets[name]
        idempotency = Idempotency(
            self.tenant_id, partner.organization_id, "POST", "/allocate", str(uuid4()), b"first"
        )
        return credit.CreditAllocation(
            uuid4(),
            partner.organization_id,
            child.organization_id,
            credits,
            None,
            {},
            SYSTEM,
            idempotency,
        )


class OperationsOnSeveralNodes(Operations):
    """The same, answered by nodes whose clocks are seconds apart."""

    skews = (timedelta(), timedelta(seconds=-2), timedelta(seconds=3))


def _check(machine: type[Operations], urls: DatabaseUrls, examples: int, steps: int) -> None:
    with Driver(urls.app) as driver:
        bound = type(machine.__name__, (machine,), {"driver": driver})
        run_state_machine_as_test(
            bound,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                report_multiple_bugs=False,
                phases=[Phase.reuse, Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_the_ledger_does_what_the_contract_says(database_urls: DatabaseUrls) -> None:
    _check(Operations, database_urls, examples=100, steps=50)


def test_clocks_that_are_seconds_apart_do_not_disturb_the_ledger(
    database_urls: DatabaseUrls,
) -> None:
    _check(OperationsOnSeveralNodes, database_urls, examples=40, steps=50)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("machine", [Operations, OperationsOnSeveralNodes])
def test_the_ledger_at_length(machine: type[Operations], database_urls: DatabaseUrls) -> None:
    _check(machine, database_urls, examples=2000, steps=100)
