"""Rules that fund wallets and decide how they behave: postings, allocations, caps, subscriptions, archiving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.properties.ledger_machine import (
    PARTNER,
    LedgerMachine,
    amounts,
    mostly_children,
    organizations,
)
from tests.properties.ledger_model import Answer
from tests.support import operations

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.organizations import store as organizations_store

which = st.integers(0, 40)


class FundingRules(LedgerMachine):
    """What partners and operators do to wallets."""

    @rule(
        items=st.lists(
            st.tuples(
                organizations,
                st.sampled_from(["grant", "purchase", "adjustment", "taking away"]),
                amounts,
            ),
            min_size=1,
            max_size=3,
        )
    )
    def post(self, items: list[tuple[int, str, int]]) -> None:
        sent, answers = [], []
        for where, kind, credits in items:
            name = self.name(where)
            amount = self.amount(credits, self.model.touch(name, self.at).spendable_prepaid)
            event_type, sign = ("adjustment", -1) if kind == "taking away" else (kind, 1)
            sent.append(operations.posting(self.wallets[name], event_type, sign * amount))
            answers.append(self.model.post(self.at, name, event_type, sign * amount))
        self.both(credit.post, sent, answers)

    @rule(position=which, credits=amounts, stranger=st.sampled_from([False] * 5 + [True]))
    @precondition(lambda self: self.model.jobs)
    def refund(self, position: int, credits: int, stranger: bool) -> None:
        """Sometimes of a job that another organization paid for."""
        charged = [job_id for job_id, job in self.model.jobs.items() if job.charged]
        choice = charged if charged and position % 4 else list(self.model.jobs)
        job_id = choice[position % len(choice)]
        job = self.model.jobs[job_id]
        amount = self.amount(credits, job.charged - job.refunded)
        name = next(other for other in self.wallets if (other == job.organization) is not stranger)
        sent = [operations.posting(self.wallets[name], "refund", amount, job_id=UUID(job_id))]
        answers = [self.model.refund(self.at, name, job_id, amount)]
        self.both(credit.post, sent, answers)

    @rule(items=st.lists(st.tuples(mostly_children, amounts), min_size=1, max_size=3))
    def allocate(self, items: list[tuple[int, int]]) -> None:
        sent, answers = [], []
        for where, credits in items:
            name = self.name(where)
            amount = self.amount(credits, self.model.wallets[PARTNER].spendable_prepaid)
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

    @rule(
        where=mostly_children,
        cap=st.one_of(st.just({}), st.none(), st.integers(0, 3000)),
        refill=st.one_of(
            st.tuples(st.integers(0, 300), st.integers(1, 600)),
            st.tuples(st.integers(0, 300), st.integers(1, 600)),
            st.sampled_from([{}, (None, None), (None, 5), (100, None)]),
        ),
    )
    def configure(self, where: int, cap: Any, refill: Any) -> None:
        name = self.name(where)
        patch: dict[str, Any] = {}
        if cap != {}:
            patch["monthly_credit_cap"] = cap
        if refill != {}:
            patch["refill_threshold"], patch["refill_amount"] = refill
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
        credits=st.sampled_from([None, 100, 1000, 0, 50]),
        billing_status=st.sampled_from([None, "active", "past_due", "active", "canceled"]),
        tier=st.sampled_from(["starter", "pro"]),
        start=st.one_of(st.none(), st.just("equal"), st.integers(-1, 70)),
    )
    def subscribe(
        self,
        where: int,
        credits: int | None,
        billing_status: str | None,
        tier: str,
        start: int | str | None,
    ) -> None:
        """What is None stays as it is; a start is so many days ago, and tomorrow is refused."""
        name = self.name(where)
        wallet = self.model.wallets[name]
        credits = wallet.included_credits if credits is None else credits
        billing_status = billing_status or wallet.billing_status
        started_on = wallet.started_on if start == "equal" else None
        if isinstance(start, int):
            started_on = (self.at - timedelta(days=start)).date()
        item = operations.subscription(
            self.wallets[name],
            credits,
            tier=tier,
            billing_status=billing_status,
            started_on=started_on,
        )
        answer = self.model.subscribe(self.at, name, tier, credits, billing_status, started_on)
        self.both(credit.set_subscriptions, [item], [answer])

    @rule(
        where=organizations,
        state=st.sampled_from(
            ["resumed", "project restored", "project archived", "suspended", "resumed", "archived"]
        ),
    )
    def change_state(self, where: int, state: str) -> None:
        """Of the children only the first is ever archived, which is final: the others go on."""
        name = self.name(where)
        wallet = self.model.wallets[name]
        if state.startswith("project"):
            wallet.project_archived = state == "project archived"
            self._archive_project(name, wallet.project_archived)
        elif name == PARTNER or wallet.state == "archived":
            return
        elif state == "archived":
            if name == self.name(0):
                self._archive(name)
        else:
            self.model.suspend(name, state == "suspended")
            self._set_status(name, "suspended" if state == "suspended" else "active")

    def _archive_project(self, name: str, archived: bool) -> None:
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

    def _set_status(self, name: str, status: Literal["active", "suspended"]) -> None:
        (outcome,) = self.driver.run(
            organizations_store.set_status(
                self.driver.connection,
                self.tenant_id,
                self.at,
                [
                    organizations_store.StatusItem(
                        self.wallets[name].organization_id,
                        self.wallets[PARTNER].organization_id,
                        status,
                        SYSTEM,
                        None,
                    )
                ],
            )
        )
        assert outcome.status == "done"

    def _archive(self, name: str) -> None:
        reclaimed = self.model.archive(self.at, name)
        (outcome,) = self.driver.run(
            organizations_store.archive(
                self.driver.connection,
                self.tenant_id,
                self.at,
                [
                    organizations_store.ArchiveItem(
                        self.wallets[name].organization_id,
                        self.wallets[PARTNER].organization_id,
                        SYSTEM,
                        None,
                    )
                ],
            )
        )
        assert outcome.facts is not None
        assert outcome.facts["reclaimed_credits"] == reclaimed

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
