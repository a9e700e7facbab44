"""Onboarding a partner, and moving its projects to children that are created for them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, TypeVar

import asyncpg
import msgspec

from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.authentication import killed
from partner_api.edge.identity.credentials import TENANT_BITS
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ids import MalformedId, format_id, new_uuid7, parse_id
from partner_api.organizations import operator_store, store
from partner_api.organizations.schemas import Migrated, MigratedChild
from partner_api.projects.access import lock_projects
from partner_api.projects.store import find_running_job, move_projects

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.arguments import Actor, Idempotency
    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest

T = TypeVar("T")


async def migrate(
    request: ApiRequest, connection: Connection, mapping: Mapping[str, str]
) -> Migrated:
    """Create one child per distinct name and move its projects there, in one transaction.

    Args:
        request: of the partner.
        connection: in a transaction.
        mapping: child's name by project id, as the client sent it.

    Raises:
        ApiError: VALIDATION for an id that is malformed or given twice, NOT_FOUND for a project
            that is not the partner's, CONFLICT for one with a running job, KILL_SWITCH when the
            partner was suspended meanwhile.
    """
    names = _by_project(mapping)
    caller = request.caller
    # Organizations before projects: everybody locks in this order.
    child_ids = await _create_children(request, connection, dict.fromkeys(names.values()))
    await lock_projects(request, connection, names.keys())
    # The locks keep new jobs out, so none can start after this look.
    job_id = await find_running_job(connection, caller.tenant_id, list(names))
    if job_id is not None:
        raise ApiError(
            "CONFLICT",
            "A job is running in one of the projects. Wait until it has ended, or cancel it.",
            {"jobId": format_id("job", job_id)},
        )
    children = []
    for name, child_id in child_ids.items():
        project_ids = [project_id for project_id, wanted in names.items() if wanted == name]
        await move_projects(connection, caller.tenant_id, request.now, project_ids, child_id)
        children.append(
            MigratedChild(
                format_id("org", child_id),
                name,
                [format_id("prj", project_id) for project_id in project_ids],
            )
        )
    await write_audit(
        connection,
        request.now,
        caller.tenant_id,
        caller.organization_id,
        "organization.migrated",
        audit_argument(request),
        details={"projectsMoved": len(names), "childrenCreated": len(children)},
    )
    return Migrated(len(names), len(children), children)


async def _create_children(
    request: ApiRequest, connection: Connection, names: Iterable[str]
) -> dict[str, UUID]:
    """Create a child of each name; return their ids.

    Raises:
        ApiError: KILL_SWITCH.
    """
    child_ids = {name: new_uuid7(request.now) for name in names}
    for name, child_id in child_ids.items():
        created = await store.create_child(
            connection,
            request.caller.tenant_id,
            request.now,
            organization_id=child_id,
            partner_id=request.caller.organization_id,
            name=name,
            billing_email=None,
            metadata={},
            caller=audit_argument(request),
        )
        if not created:
            raise killed("organization")
    return child_ids


def _by_project(mapping: Mapping[str, str]) -> dict[UUID, str]:
    names: dict[UUID, str] = {}
    issues = []
    for text, name in mapping.items():
        try:
            project_id = parse_id("prj", text)
        except MalformedId:
            issues.append(Issue(f"mapping.{text}", "Expected the id of a project"))
            continue
        if project_id in names:
            issues.append(Issue(f"mapping.{text}", "This project is named twice"))
        names[project_id] = name
    if issues:
        raise invalid(issues)
    return names


class Partner(msgspec.Struct, frozen=True):
    """A partner and the tenants it was given."""

    organization_id: UUID
    live_tenant_id: int
    test_tenant_id: int


async def onboard_partner(
    onboard: Callable[[int, operator_store.Onboarding], Awaitable[T]],
    now: datetime,
    *,
    name: str,
    billing_email: str | None,
    metadata: dict[str, str],
    rate_limit_tier: str,
    caller: Actor,
    idempotency: Idempotency | None = None,
) -> tuple[Partner, T]:
    """Create a partner in both environments.

    A tenant id is 40 random bits, so that it says nothing about how many partners there are. Among
    a thousand partners two ids are the same once in half a million times; then another is drawn.

    Args:
        onboard: calls ``operator_store.onboard`` with the live tenant and the item.
        now: creation time.
        name: of the partner.
        billing_email: where its invoices go.
        metadata: its own keys and values.
        rate_limit_tier: how many requests its keys may make.
        caller: who onboards it.
        idempotency: the request's record.

    Returns:
        The partner, unless it was onboarded before, and what ``onboard`` returned.
    """
    while True:
        partner = Partner(new_uuid7(now), _new_tenant_id(), _new_tenant_id())
        item = operator_store.Onboarding(
            partner.test_tenant_id,
            partner.organization_id,
            name,
            billing_email,
            metadata,
            rate_limit_tier,
            caller,
            idempotency,
        )
        try:
            return partner, await onboard(partner.live_tenant_id, item)
        except asyncpg.UniqueViolationError:
            continue


def _new_tenant_id() -> int:
    return secrets.randbelow((1 << TENANT_BITS) - 1) + 1
