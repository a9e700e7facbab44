"""Writes that are no money functions, as a node does them: each in one transaction with its idempotency record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from partner_api.database.arguments import Actor, Idempotency, Outcome
from partner_api.jobs import claim_store
from partner_api.lease_requests import store as lease_requests
from partner_api.organizations import store as organizations
from partner_api.projects import store as projects
from partner_api.simulation import store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool

    Facts = dict[str, Any]


class _Keyed(Protocol):
    @property
    def idempotency(self) -> Idempotency: ...


class OrganizationOpening(NamedTuple):
    """A partner (without ``partner_id``) or a child to create, with its first project."""

    organization_id: UUID
    partner_id: UUID | None
    project_id: UUID
    name: str
    caller: Actor
    idempotency: Idempotency


class ProjectOpening(NamedTuple):
    """A project to create."""

    project_id: UUID
    organization_id: UUID
    name: str
    caller: Actor
    idempotency: Idempotency


class Migration(NamedTuple):
    """Projects of a partner to move to a child that is created for them."""

    organization_id: UUID
    partner_id: UUID
    project_ids: Sequence[UUID]
    name: str
    caller: Actor
    idempotency: Idempotency


class JobClaim(NamedTuple):
    """Jobs for a worker, one for each token or fewer."""

    worker_id: str
    formats: Sequence[str]
    lease_seconds: int
    tokens: Sequence[UUID]
    caller: Actor
    idempotency: Idempotency


class LeaseRequestSubmission(NamedTuple):
    """A request for so many accounts."""

    request_id: UUID
    organization_id: UUID
    project_id: UUID
    accounts: int
    caller: Actor
    idempotency: Idempotency


class _Refused(Exception):
    """The write is refused; the argument is the code. What it has done is rolled back."""


async def _write(
    effect: Callable[[Connection, int, datetime, Any], Awaitable[Facts]],
    pool: Pool,
    tenant_id: int,
    now: datetime,
    items: Sequence[_Keyed],
) -> list[Outcome]:
    """Do each write in a transaction, unless its record says that it was done; the record commits with it."""
    outcomes = []
    async with pool.acquire() as connection:
        for item in items:
            try:
                async with connection.transaction():
                    outcome = await store.find_record(connection, now, item.idempotency)
                    if outcome is None:
                        facts = await effect(connection, tenant_id, now, item)
                        await store.keep_record(connection, now, item.idempotency, facts)
                        outcome = Outcome("done", None, facts)
            except _Refused as refused:
                outcome = Outcome("refused", str(refused), None)
            outcomes.append(outcome)
    return outcomes


async def open_organizations(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[OrganizationOpening]
) -> list[Outcome]:
    """Create organizations and their projects. Facts: none."""
    return await _write(_open_organization, pool, tenant_id, now, items)


async def _open_organization(
    connection: Connection, tenant_id: int, now: datetime, item: OrganizationOpening
) -> Facts:
    if item.partner_id is None:
        await organizations.create_partner(
            connection,
            tenant_id,
            now,
            organization_id=item.organization_id,
            env="live",
            name=item.name,
            billing_email=None,
            metadata={},
            rate_limit_tier="internal",
            caller=item.caller,
        )
    else:
        await _create_child(
            connection,
            tenant_id,
            now,
            item.organization_id,
            item.partner_id,
            item.name,
            item.caller,
        )
    return await _open_project(connection, tenant_id, now, item)


async def _create_child(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    organization_id: UUID,
    partner_id: UUID,
    name: str,
    caller: Actor,
) -> None:
    created = await organizations.create_child(
        connection,
        tenant_id,
        now,
        organization_id=organization_id,
        partner_id=partner_id,
        name=name,
        billing_email=None,
        metadata={},
        caller=caller,
    )
    if not created:
        raise _Refused("KILL_SWITCH")


async def open_projects(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[ProjectOpening]
) -> list[Outcome]:
    """Create projects. Facts: none."""
    return await _write(_open_project, pool, tenant_id, now, items)


async def _open_project(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    item: ProjectOpening | OrganizationOpening,
) -> Facts:
    await projects.create_project(
        connection,
        tenant_id,
        now,
        project_id=item.project_id,
        organization_id=item.organization_id,
        fields={"name": item.name, "timezone": "UTC"},
    )
    return {}


async def migrate(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[Migration]
) -> list[Outcome]:
    """Move projects to children that are created for them. Facts: none."""
    return await _write(_migrate, pool, tenant_id, now, items)


async def _migrate(connection: Connection, tenant_id: int, now: datetime, item: Migration) -> Facts:
    await _create_child(
        connection, tenant_id, now, item.organization_id, item.partner_id, item.name, item.caller
    )
    owned = await projects.lock_projects(connection, tenant_id, item.partner_id, item.project_ids)
    if owned != set(item.project_ids):
        raise _Refused("NOT_FOUND")
    if await projects.find_running_job(connection, tenant_id, item.project_ids) is not None:
        raise _Refused("CONFLICT")
    await projects.move_projects(connection, tenant_id, now, item.project_ids, item.organization_id)
    return {}


async def claim_jobs(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[JobClaim]
) -> list[Outcome]:
    """Claim waiting jobs for workers.

    Facts: ``{jobs: [{job_id, attempt, claim_token, organization_id, reserved_credits}], skipped}``.
    """
    return await _write(_claim, pool, tenant_id, now, items)


async def _claim(connection: Connection, tenant_id: int, now: datetime, item: JobClaim) -> Facts:
    claimed = await claim_store.claim_jobs(
        connection,
        tenant_id,
        now,
        worker_id=item.worker_id,
        formats=item.formats,
        lease_seconds=item.lease_seconds,
        tokens=item.tokens,
        caller=item.caller,
    )
    return {"jobs": [_claimed(job) for job in claimed.jobs], "skipped": len(claimed.skipped)}


def _claimed(job: claim_store.ClaimedJob) -> Facts:
    return {
        "job_id": str(job.job_id),
        "claim_token": str(job.claim_token),
        "organization_id": str(job.organization_id),
        "attempt": job.attempt,
        "reserved_credits": job.reserved_credits,
    }


async def submit_lease_requests(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[LeaseRequestSubmission]
) -> list[Outcome]:
    """Ask the operator for accounts. Facts: none."""
    return await _write(_submit_lease_request, pool, tenant_id, now, items)


async def _submit_lease_request(
    connection: Connection, tenant_id: int, now: datetime, item: LeaseRequestSubmission
) -> Facts:
    project = await projects.share_project(
        connection, tenant_id, item.organization_id, item.project_id
    )
    if project is None:
        raise _Refused("NOT_FOUND")
    await lease_requests.insert_request(
        connection,
        tenant_id,
        now,
        request_id=item.request_id,
        organization_id=item.organization_id,
        project_id=item.project_id,
        partner_request_id=None,
        count=item.accounts,
        vertical="food_and_drink",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    return {}
