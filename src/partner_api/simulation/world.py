"""What the driver knows of the simulated installation: what it asked for, and what it was told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from partner_api.ids import encode_crockford

if TYPE_CHECKING:
    from datetime import date, datetime
    from random import Random

    from partner_api.simulation.operations import Operation
    from partner_api.simulation.work import PoolAccount

# Older ones are forgotten, so that a long run does not slow down.
_REMEMBERED = 200
_ULID_LENGTH = 26


@dataclass(eq=False)
class Subscription:
    """A subscription as it was set last."""

    tier: str
    credits: int
    billing_status: str
    started_on: date


@dataclass(eq=False)
class Organization:
    """A partner or a child."""

    tenant_id: int
    organization_id: UUID
    partner: Organization | None
    status: str = "active"
    available: int = 0
    """As it was told last; it may have changed since."""
    subscription: Subscription | None = None
    children: list[Organization] = field(default_factory=list)
    """Those that are not archived."""
    projects: list[Project] = field(default_factory=list)

    @property
    def payer(self) -> Organization:
        """Whose cash wallet pays for its leases."""
        return self.partner or self


@dataclass(eq=False)
class Project:
    """A project, and whose it is now."""

    project_id: UUID
    owner: Organization


@dataclass(eq=False)
class Claim:
    """The last claim of a job, which may have lapsed since."""

    worker_id: str
    token: UUID


@dataclass(eq=False)
class Job:
    """A job that was started."""

    job_id: UUID
    organization: Organization
    credits: int
    most: int
    """What it can be charged."""
    expires_at: datetime
    claim: Claim | None = None
    attempts: int = 0
    is_canceled: bool = False
    """A cancel was accepted while a worker had it."""
    is_over: bool = False
    completion: tuple[int, dict[str, Any]] | None = None
    """The cost that a worker reported for the claim, and what it was answered."""
    charged: int = 0
    refunded: int = 0


@dataclass(eq=False)
class LeaseRequest:
    """A lease request without an answer."""

    request_id: UUID
    project: Project
    count: int


@dataclass(eq=False)
class Lease:
    """A lease that began; it may have ended since, unpaid."""

    social_account_id: UUID
    account: PoolAccount
    project: Project
    price_cents: int
    """Of its first month."""
    refunded_cents: Counter[int] = field(default_factory=Counter)
    """By month."""


@dataclass(eq=False)
class World:
    """What is in it was done, as far as the driver was told."""

    partners: list[Organization] = field(default_factory=list)
    organizations: list[Organization] = field(default_factory=list)
    running: list[Job] = field(default_factory=list)
    ended: list[Job] = field(default_factory=list)
    answered: list[tuple[Operation, dict[str, Any]]] = field(default_factory=list)
    """Operations of one item with an idempotency key that were done, with their facts."""
    accounts: list[PoolAccount] = field(default_factory=list)
    requests: list[LeaseRequest] = field(default_factory=list)
    leases: dict[UUID, Lease] = field(default_factory=dict)
    """By pool account, its last lease, unless that was told to be over."""
    ended_leases: list[Lease] = field(default_factory=list)

    def end_job(self, job: Job, charged: int) -> None:
        """Move a job to the ended ones."""
        if job in self.running:
            self.running.remove(job)
            job.is_over = True
            job.charged = charged
            self.ended.append(job)
            del self.ended[:-_REMEMBERED]

    def begin_lease(self, lease: Lease) -> None:
        """Note a lease; if its account had another, that one is over."""
        if (before := self.leases.get(lease.account.account_id)) is not None:
            self.end_lease(before)
        self.leases[lease.account.account_id] = lease

    def end_lease(self, lease: Lease) -> None:
        """Move a lease to the ended ones."""
        if self.leases.get(lease.account.account_id) is lease:
            del self.leases[lease.account.account_id]
            self.ended_leases.append(lease)
            del self.ended_leases[:-_REMEMBERED]

    def remember(self, operation: Operation, facts: dict[str, Any]) -> None:
        """Keep an operation that was done, to be asked for again."""
        self.answered.append((operation, facts))
        del self.answered[:-_REMEMBERED]

    def archive(self, child: Organization) -> None:
        """Forget a child, but for the jobs that it still has."""
        child.status = "archived"
        if child.partner is not None and child in child.partner.children:
            child.partner.children.remove(child)
        for lease in [one for one in self.leases.values() if one.project.owner is child]:
            self.end_lease(lease)
        self.requests = [one for one in self.requests if one.project.owner is not child]


class Ids:
    """Makes ids of the forms that the server makes, out of the seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def uuid7(self, now: datetime) -> UUID:
        """Return a UUID version 7 of the instant ``now``."""
        bits = self._random.getrandbits(74)
        head = _milliseconds(now) << 16 | 7 << 12 | bits >> 62
        return UUID(int=head << 64 | 2 << 62 | bits & (1 << 62) - 1)

    def ulid(self, now: datetime) -> UUID:
        """Return a ULID of the instant ``now``, as the UUID with the same bits."""
        return UUID(int=_milliseconds(now) << 80 | self._random.getrandbits(80))

    def tenant(self) -> int:
        """Return a new id of a tenant."""
        return self._random.getrandbits(39) + 1

    def request(self, now: datetime) -> str:
        """Return a new id of a request."""
        return f"req_{encode_crockford(self.ulid(now).int, _ULID_LENGTH)}"


def _milliseconds(now: datetime) -> int:
    return round(now.timestamp() * 1000)
