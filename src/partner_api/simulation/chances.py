"""Drawing amounts, organizations and callers: every random choice of a run comes from here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, TypeVar

from partner_api.database.arguments import Actor, Idempotency, Outcome
from partner_api.simulation.kill_points import KillPoint, Moment
from partner_api.simulation.operations import Operation, Recovery
from partner_api.simulation.world import Ids, Organization, Project, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.simulation.options import Options

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_AMOUNT = 2**53 - 1
# Operators' idempotency records belong to no partner's tenant.
_OPERATORS_TENANT = 0
T = TypeVar("T")


class Chances:
    """The seed's randomness, and the world that it plays in."""

    def __init__(self, options: Options) -> None:
        # Repeatable is what they have to be.
        self.random = Random(options.seed)  # noqa: S311
        # Of its own, so that a run with kills has the same operations as one without.
        self._kills = Random(f"kills of {options.seed}")  # noqa: S311
        self.options = options
        self.ids = Ids(self.random)
        self.world = World()
        self._operator_id = self.ids.uuid7(_EPOCH)

    def kill_point(self, statements: int) -> KillPoint | None:
        """Decide whether a process is killed at one of its first statements, and where."""
        if self._kills.random() >= self.options.kill_rate:
            return None
        return KillPoint(self._kills.randrange(statements), self._kills.choice(tuple(Moment)))

    def happens(self, probability: float) -> bool:
        """Return true with this probability."""
        return self.random.random() < probability

    def choose(self, among: Sequence[T]) -> T:
        """Take one."""
        return self.random.choice(among)

    def organization(self, *, child_probability: float = 0.8) -> Organization:
        """Take a partner or one of its children, now and then an archived one."""
        if self.happens(0.01):
            return self.choose(self.world.organizations)
        partner = self.partner()
        if partner.children and self.happens(child_probability):
            return self.choose(partner.children)
        return partner

    def partner(self) -> Organization:
        """Take a partner."""
        return self.choose(self.world.partners)

    def project(self, owner: Organization) -> Project:
        """Take one of an organization's projects, now and then somebody else's."""
        if self.happens(0.01):
            owner = self.partner()
        return self.choose(owner.projects)

    def amount(self, available: int) -> int:
        """Draw an amount: mostly small, sometimes all that there is, or a little more than that."""
        kind = self.random.random()
        if kind < 0.75:
            return self.random.randint(1, 400)
        if kind < 0.85:
            return self.random.randint(400, 4000)
        if kind < 0.93:
            return max(1, available)
        if kind < 0.99:
            return max(0, available) + self.random.randint(1, 3)
        return LARGEST_AMOUNT

    def operator(self, now: datetime) -> Actor:
        """Return the caller of an operator's request."""
        return Actor("operator", None, self._operator_id, "simulation", self.ids.request(now))

    def client(self, organization: Organization, now: datetime) -> Actor:
        """Return the caller of a partner's request; its organization's id stands for the API key's."""
        return Actor("partner_api", organization.organization_id, None, None, self.ids.request(now))

    def key(self, caller: Actor, tenant_id: int, route: str, now: datetime) -> Idempotency:
        """Return a new idempotency record of a request."""
        if caller.operator_id is not None:
            tenant_id = _OPERATORS_TENANT
        caller_id = caller.operator_id or caller.api_key_id
        assert caller_id is not None  # noqa: S101 - one of the two kinds above
        key, fingerprint = str(self.ids.uuid7(now)), self.random.randbytes(16)
        return Idempotency(tenant_id, caller_id, "POST", route, key, fingerprint)

    def skew(self) -> timedelta:
        """Draw how far a clock is off."""
        milliseconds = round(self.options.skew_seconds * 1000)
        return timedelta(milliseconds=self.random.randint(-milliseconds, milliseconds))

    def remember(self, operation: Operation, outcomes: Sequence[Outcome]) -> None:
        """Keep an operation that was done for the first time, so that it may be asked for again."""
        first = operation.items[0]
        keyed = operation.recovery is Recovery.SAME_KEY and not first.is_repeated
        if keyed and len(outcomes) == 1 and outcomes[0].status != "refused":
            self.world.remember(operation, outcomes[0].facts or {})
