"""Rules of jobs: they start, settle, are released and expire, alone and in batches over several wallets."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.properties.funding_rules import FundingRules
from tests.properties.ledger_machine import MORE, PARTNER, amounts, organizations
from tests.support import job_ends
from tests.support.tenants import job_start

from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from tests.properties.ledger_model import Answer

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

# One of the jobs there are, whichever; NO_JOB sometimes for one that never was.
NO_JOB = 40
which = st.integers(0, NO_JOB)
# What a job cost, mostly a share of what it reserved.
costs = st.sampled_from([-100, -50, -100, -20, 0, 7, MORE])


class Operations(FundingRules):
    """Everything that happens to a credit wallet."""

    @rule(
        items=st.lists(
            st.tuples(
                organizations,
                amounts,
                st.sampled_from([None, None, None, 6, 3, 1]),
                st.sampled_from([None] * 12 + [PARTNER]),
            ),
            min_size=1,
            max_size=5,
        )
    )
    def start(self, items: list[tuple[int, int, int | None, str | None]]) -> None:
        """Some of them above a limit of running jobs, or in a project of another organization."""
        sent, answers = [], []
        for where, credits, limit, other in items:
            name = self.name(where)
            amount = self.amount(credits, self.model.touch(name, self.at).available)
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
        self.both(job_store.start_jobs, sent, answers)

    @rule(items=st.lists(st.tuples(which, costs), min_size=1, max_size=5))
    @precondition(lambda self: self.model.jobs)
    def settle(self, items: list[tuple[int, int]]) -> None:
        sent, answers = [], []
        for position, cost in items:
            job_id = self._job(position)
            job = self.model.jobs.get(job_id)
            amount = self.amount(cost, job.credits if job else 0) if cost else 0
            sent.append(job_ends.JobSettlement(UUID(job_id), amount))
            answers.append(self.model.settle(self.at, job_id, amount))
        self._both_for_jobs(job_ends.settle_jobs, sent, answers)

    @rule(
        items=st.lists(
            st.tuples(which, st.sampled_from(["failed", "canceled"])), min_size=1, max_size=3
        )
    )
    @precondition(lambda self: self.model.jobs)
    def release(self, items: list[tuple[int, str]]) -> None:
        batch = [(self._job(position), status) for position, status in items]
        sent = [job_ends.ending(UUID(job_id), status) for job_id, status in batch]
        answers = [self.model.release(self.at, job_id, status) for job_id, status in batch]
        self._both_for_jobs(job_ends.release_jobs, sent, answers)

    @rule(wait=st.sampled_from([timedelta(hours=1), timedelta(days=1)]))
    def expire(self, wait: timedelta) -> None:
        self.now += wait
        expired = self.driver.run(
            job_store.expire_jobs(self.driver.connection, self.tenant_id, self.at, 1000)
        )
        assert expired == self.model.expire(self.at)

    def _both_for_jobs(
        self,
        function: Callable[..., Coroutine[Any, Any, list[Outcome]]],
        items: Sequence[job_ends.JobSettlement | job_store.JobRelease],
        answers: list[Answer],
    ) -> None:
        """As the owner. One by one where an archived wallet is involved: it is swept once a call, not once an item."""

        async def as_owner(_: Connection, *arguments: Any) -> list[Outcome]:
            return await function(self.driver.owner, *arguments)

        jobs = [self.model.jobs.get(str(item.job_id)) for item in items]
        archived = any(
            job and self.model.wallets[job.organization].state == "archived" for job in jobs
        )
        size = 1 if archived else len(items)
        for first in range(0, len(items), size):
            self.both(as_owner, items[first : first + size], answers[first : first + size])

    def _job(self, position: int) -> str:
        """A job, mostly one that is still running; sometimes one that never was."""
        running = [job_id for job_id, job in self.model.jobs.items() if job.status == "running"]
        choice = running if running and position % 4 else list(self.model.jobs)
        if position == NO_JOB or not choice:
            return str(uuid4())
        return choice[position % len(choice)]
