"""The life of endpoints and their deliveries, real and modelled, while time passes; after each rule both must agree."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.properties.webhook_model import (
    AUTO_PAUSED,
    CLAIM,
    OVERLAP,
    Answer,
    Delivery,
    Endpoint,
    Event,
    Organization,
    Webhooks,
    turn_of,
)
from tests.properties.webhook_operations import WebhookOperations, set_organization
from tests.support import endpoints
from tests.support.tenants import NOON, Wallet, make_child, make_partner

from partner_api.events import store as event_store
from partner_api.webhooks import delivery_store, purge_store, recovery_store, sending_store

if TYPE_CHECKING:
    from tests.properties.driver import Driver

    from partner_api.webhooks.sending_store import ClaimedDelivery

MILLISECOND = timedelta(milliseconds=1)
STEPS = [timedelta(seconds=1), timedelta(seconds=30), timedelta(hours=1), timedelta(days=1)]
ANSWERS = [
    Answer(204),
    Answer(500),
    Answer(500),
    Answer(None, "The name does not resolve."),
    Answer(503, None, 7_200),
    Answer(429, None, 1),
    Answer(410),
]
which = st.integers(0, 1_000)


class WebhookMachine(RuleBasedStateMachine):
    """A partner with a child, a sender that may lose its claims, and a clock."""

    driver: ClassVar[Driver]

    @initialize()
    def begin(self) -> None:
        self.now = NOON
        connection = self.driver.connection
        partner = self.driver.run(make_partner(connection))
        child = self.driver.run(make_child(connection, partner))
        self.tenant_id = partner.tenant_id
        self.real = WebhookOperations(connection, partner.tenant_id)
        self.wallets: list[Wallet] = [partner, child]
        above = Organization(partner.organization_id)
        self.organizations = [above, Organization(child.organization_id, above)]
        self.model = Webhooks()
        self.claims: list[tuple[ClaimedDelivery, Delivery]] = []
        self.secrets = 0
        self.add_endpoint(["*"], "all_children", of_child=False)
        self.add_endpoint(["*"], "own", of_child=True)

    @rule(
        of_child=st.booleans(),
        scope=st.sampled_from(["own", "all_children"]),
        types=st.sampled_from([["*"], ["*"], ["api_key.killed"], [AUTO_PAUSED]]),
    )
    def add_endpoint(self, types: list[str], scope: str, *, of_child: bool) -> None:
        if len(self._endpoints()) == 4:
            return
        scope = "own" if of_child else scope
        made = self.driver.run(
            endpoints.make_endpoint(
                self.driver.connection,
                self.wallets[of_child],
                types=types,
                scope=scope,
                now=self.now,
            )
        )
        owner = self.organizations[of_child]
        self.model.endpoints.append(Endpoint(made.id, owner, scope, types, endpoints.SEALED))

    @rule(
        of_child=st.booleans(),
        event_type=st.sampled_from(["api_key.killed", "organization.resumed"]),
        count=st.integers(1, 8),
        published=st.sampled_from([True, True, False]),
    )
    def happen(self, event_type: str, count: int, *, of_child: bool, published: bool) -> None:
        ids = self.driver.run(
            endpoints.happen(
                self.driver.connection,
                self.wallets[of_child],
                event_type=event_type,
                now=self.now,
                count=count,
            )
        )
        owner = self.organizations[of_child]
        self.model.unpublished += [Event(owner, event_type, self.now, each) for each in ids]
        if published:
            self.publish(500, cut_off=False)

    @rule(limit=st.sampled_from([1, 3, 500]), cut_off=st.sampled_from([False, False, True]))
    def publish(self, limit: int, *, cut_off: bool) -> None:
        self._learn_events()
        events = sorted(self.model.unpublished, key=lambda event: event.id or UUID(int=0))[:limit]
        if cut_off:
            self.driver.run(self.real.publish_and_die(self.now, limit))
            return
        done = self.driver.run(
            event_store.publish(self.driver.connection, self.tenant_id, self.now, limit)
        )
        made = self.model.publish(events, self.now)
        assert done == event_store.Published(len(events), made)

    @rule(
        per_endpoint=st.integers(1, 8),
        answer=st.sampled_from([None, *ANSWERS]),
        comes_due=st.booleans(),
    )
    def claim(self, per_endpoint: int, answer: Answer | None, *, comes_due: bool) -> None:
        """And report all at once, unless there is no answer; perhaps not before the first of them is due."""
        if comes_due:
            self.pass_time(None, early=False)
        self._learn_ids()
        claimed = self.driver.run(
            endpoints.claim(
                self.driver.connection,
                self.now,
                tenant_id=self.tenant_id,
                per_endpoint=per_endpoint,
            )
        )
        expected = {
            endpoint.id: len(self.model.due(endpoint, self.now)[:per_endpoint])
            for endpoint in self._endpoints()
            if endpoint.hindrance is None
        }
        found = dict.fromkeys(expected, 0)
        for one in claimed:
            found[one.endpoint_id] += 1
        assert found == expected
        by_id = {delivery.id: delivery for delivery in self.model.deliveries}
        for one in claimed:
            delivery = by_id[one.id]
            last = self.model.due(delivery.endpoint, self.now)[found[one.endpoint_id] - 1]
            assert turn_of(delivery) <= turn_of(last)
            assert one.attempt == delivery.attempts + 1
            assert (one.secret, one.previous_secret) == delivery.endpoint.secrets(self.now)
            assert (one.event_id, one.replay_of) == (delivery.event_id, delivery.replay_of)
            assert one.data["organizationId"] == f"org_{delivery.event.owner.id}"
        for one in claimed:
            delivery = by_id[one.id]
            delivery.status, delivery.token = "delivering", one.claim_token
            delivery.due_at = self.now + CLAIM
            self.claims.append((one, delivery))
        self.model.abandon_due(self.now)
        if answer is not None:
            self.finish([(0, answer, 1.0)] * len(claimed), last_first=True)

    @rule(
        of_child=st.booleans(),
        count=st.integers(1, 6),
        times=st.integers(1, 8),
        answer=st.sampled_from(ANSWERS),
        last=st.sampled_from([None, *ANSWERS]),
    )
    def live(
        self, count: int, times: int, answer: Answer, last: Answer | None, *, of_child: bool
    ) -> None:
        """Up the ladder with some events, to its end perhaps."""
        self.happen("api_key.killed", count, of_child=of_child, published=True)
        for _ in range(times):
            self.claim(6, answer, comes_due=True)
        self.claim(6, last, comes_due=True)

    @precondition(lambda self: self.claims)
    @rule(
        reports=st.lists(
            st.tuples(which, st.sampled_from(ANSWERS), st.sampled_from([0.9, 1.0, 1.1])),
            min_size=1,
            max_size=6,
        ),
        last_first=st.booleans(),
    )
    def finish(self, reports: list[tuple[int, Answer, float]], *, last_first: bool) -> None:
        results, expected = [], []
        for position, answer, jitter in reports:
            if not self.claims:
                break
            claimed, delivery = self.claims.pop(-1 if last_first else position % len(self.claims))
            results.append(
                endpoints.result_of(
                    claimed,
                    self.now,
                    status=answer.status,
                    error=answer.error,
                    retry_after_seconds=answer.retry_after_seconds,
                    jitter=jitter,
                )
            )
            stale = delivery.token != claimed.claim_token
            expected.append(
                ("stale", False) if stale else self.model.finish(delivery, answer, self.now, jitter)
            )
        finished = self.driver.run(
            sending_store.finish(self.driver.connection, self.now, self.tenant_id, results)
        )
        assert [(one.status, one.auto_paused) for one in finished] == expected

    @rule(step=st.sampled_from([*STEPS, None, None, None]), early=st.booleans())
    def pass_time(self, step: timedelta | None, *, early: bool) -> None:
        """By a while, or to the moment when the next delivery is due, or just before."""
        waits = [one.due_at for one in self.model.deliveries if one.due_at is not None]
        ahead = [due for due in waits if due > self.now]
        if step is not None or not ahead:
            self.now += step or STEPS[0]
        else:
            self.now = max(self.now, min(ahead) - early * MILLISECOND)

    @precondition(lambda self: self._endpoints())
    @rule(position=which, status=st.sampled_from(["active", "active", "paused"]))
    def set_status(self, position: int, status: str) -> None:
        endpoint = self._endpoint(position)
        self.driver.run(self.real.set_status(endpoint, status, self.now))
        endpoint.status, endpoint.reason = status, None
        if status == "active":
            endpoint.failures, endpoint.failing_since = 0, None

    @rule(of_child=st.booleans(), status=st.sampled_from(["active", "active", "suspended"]))
    def set_organization(self, status: str, *, of_child: bool) -> None:
        organization = self.organizations[of_child]
        changed = set_organization(self.driver.owner, self.tenant_id, organization.id, status)
        self.driver.run(changed)
        organization.status = status

    @precondition(lambda self: self._endpoints())
    @rule(position=which)
    def rotate(self, position: int) -> None:
        endpoint = self._endpoint(position)
        self.secrets += 1
        secret, until = f"sealed {self.secrets}".encode(), self.now + OVERLAP
        self.driver.run(self.real.rotate(endpoint, secret, self.now, until))
        endpoint.previous, endpoint.secret = (endpoint.secret, until), secret

    @precondition(lambda self: self._endpoints())
    @rule(position=which, back=st.sampled_from([timedelta(hours=1), timedelta(days=30)]))
    def recover(self, position: int, back: timedelta) -> None:
        endpoint = self._endpoint(position)
        if endpoint.status != "active":
            return
        self._learn_ids()
        expected = self.model.recover(endpoint, self.now - back, self.now)
        done = self.driver.run(self.real.recover(endpoint, self.now - back, self.now))
        assert done == recovery_store.Recovering(expected, has_more=False)

    @precondition(lambda self: self._endpoints())
    @rule(position=which)
    def replay(self, position: int) -> None:
        self._learn_ids()
        ended = [
            one
            for one in self.model.deliveries
            if one.endpoint in self._endpoints()
            and one.endpoint.status == "active"
            and one.status not in ("pending", "delivering")
        ]
        if not ended:
            return
        old = ended[position % len(ended)]
        again = delivery_store.NewDelivery(
            uuid4(),
            old.endpoint.id,
            uuid4(),
            old.event.type,
            old.event.owner.id,
            self.now,
            {"organizationId": f"org_{old.event.owner.id}"},
            old.id,
        )
        self.driver.run(self.real.insert(old.endpoint, again, self.now))
        event = Event(old.event.owner, old.event.type, self.now, again.event_id)
        new = Delivery(old.endpoint, event, again.event_id, old.id, again.id, due_at=self.now)
        self.model.deliveries.append(new)

    @precondition(lambda self: len(self._endpoints()) > 1)
    @rule(position=which)
    def delete(self, position: int) -> None:
        endpoint = self._endpoint(position)
        self.driver.run(self.real.delete(endpoint, self.now))
        endpoint.deleted = True

    @precondition(lambda self: any(endpoint.deleted for endpoint in self.model.endpoints))
    @rule(limit=st.integers(1, 3))
    def purge(self, limit: int) -> None:
        endpoint = next(endpoint for endpoint in self.model.endpoints if endpoint.deleted)
        before = len(self.model.of(endpoint))
        done = self.driver.run(
            purge_store.purge_endpoint(self.driver.connection, self.tenant_id, endpoint.id, limit)
        )
        assert done == (limit if before >= limit else before + 1)
        if before < limit:
            self.model.endpoints.remove(endpoint)
        left = self.driver.run(self.real.deliveries())
        kept = [one for one in self.model.of(endpoint) if one.id in left]
        assert len(kept) == max(0, before - limit)
        self.model.deliveries = [
            one for one in self.model.deliveries if one.endpoint is not endpoint or one in kept
        ]

    @invariant()
    def deliveries_agree(self) -> None:
        self._learn_ids()
        rows = self.driver.run(self.real.deliveries())
        assert rows.keys() == {one.id for one in self.model.deliveries}
        for one in self.model.deliveries:
            assert one.id is not None
            row = rows[one.id]
            assert (row["endpoint_id"], row["event_id"]) == (one.endpoint.id, one.event_id)
            assert (row["status"], row["abandoned_reason"]) == (one.status, one.reason)
            assert (row["attempts"], row["tried"]) == (one.attempts, one.attempts)
            assert (row["claim_token"], row["recovered"]) == (one.token, one.recovered)
            assert row["replay_of"] == one.replay_of
            due = row["next_attempt_at"]
            assert (due is None) == (one.due_at is None)
            if due is not None and one.due_at is not None:
                # The ladder is not in whole milliseconds.
                assert abs(due - one.due_at) <= MILLISECOND
                one.due_at = due

    @invariant()
    def endpoints_agree(self) -> None:
        rows = self.driver.run(self.real.endpoints())
        assert {tuple(row.values())[:5] for row in rows} == {
            (one.id, one.status, one.reason, one.failures, one.failing_since)
            for one in self.model.endpoints
        }
        looked_at = {row["id"]: row["next_due_at"] for row in rows}
        for endpoint in self._endpoints():
            waits = [one.due_at for one in self.model.of(endpoint) if one.due_at is not None]
            assert not waits or looked_at[endpoint.id] <= min(waits)

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        feed = self.driver.run(self.real.feed(self.organizations[0].id))
        assert [event.sequence for event in feed] == list(range(1, len(feed) + 1))
        assert [event.id for event in feed] == [one.id for one in self.model.published]
        found = self.driver.mismatches(self.tenant_id)
        assert not found, found

    def _endpoints(self) -> list[Endpoint]:
        return [endpoint for endpoint in self.model.endpoints if not endpoint.deleted]

    def _endpoint(self, position: int) -> Endpoint:
        return self._endpoints()[position % len(self._endpoints())]

    def _learn_ids(self) -> None:
        """Which row is which delivery, of those that are new: one of the same endpoint and event is like another."""
        new = [one for one in self.model.deliveries if one.id is None]
        if not new:
            return
        known = {one.id for one in self.model.deliveries}
        for delivery_id, row in self.driver.run(self.real.deliveries()).items():
            if delivery_id in known:
                continue
            one = next(
                one
                for one in new
                if (one.endpoint.id, one.event_id, one.replay_of)
                == (row["endpoint_id"], row["event_id"], row["replay_of"])
            )
            one.id = delivery_id
            new.remove(one)

    def _learn_events(self) -> None:
        """The ids of events that the database has made itself."""
        rows = self.driver.run(self.real.unpublished(AUTO_PAUSED))
        known = {event.id for event in self.model.unpublished}
        new = [row for row in rows if row["id"] not in known]
        for event in self.model.unpublished:
            if event.id is None:
                told = event.created_at, event.owner.id
                row = next(row for row in new if tuple(row.values())[1:] == told)
                event.id = row["id"]
                new.remove(row)
        assert not new
