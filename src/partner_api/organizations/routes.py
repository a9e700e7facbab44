"""A partner's children: creating, changing, suspending and archiving them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from msgspec import UnsetType

from partner_api.credits.access import require_wallet
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument, shape_or_whole
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.authentication import killed
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import OrganizationId
from partner_api.edge.wire.metadata import merged_metadata
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import Issue, invalid
from partner_api.ids import format_id, new_uuid7
from partner_api.leases.access import charge_callers_leases
from partner_api.organizations import store
from partner_api.organizations.access import lock_child, require_child
from partner_api.organizations.schemas import (
    ArchivedOrganization,
    Migrated,
    Migration,
    NewOrganization,
    Organization,
    OrganizationDetail,
    OrganizationPatch,
    OrganizationsQuery,
    archived_organization_of,
    changed_organization_of,
    organization_detail_of,
    organization_of,
)
from partner_api.organizations.service import migrate

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Organizations")
_changed = shape_or_whole(changed_organization_of, Organization)
_archived = shape_or_whole(archived_organization_of, ArchivedOrganization)


@routes.write(
    "POST",
    "/v1/organizations",
    sdk="organizations.create",
    access=requires("org:admin"),
    runs=Runs.TRANSACTION,
    status=201,
)
async def create_organization(
    request: ApiRequest, body: NewOrganization, connection: Connection
) -> Organization:
    """Create a child.

    An organization for one of your customers, active, with an empty wallet. Children have no
    children of their own: inside one this is 422.
    """
    _require_partner(request)
    organization_id = new_uuid7(request.now)
    created = await store.create_child(
        connection,
        request.caller.tenant_id,
        request.now,
        organization_id=organization_id,
        partner_id=request.caller.organization_id,
        name=body.name,
        billing_email=body.billing_email,
        metadata=body.metadata,
        caller=audit_argument(request),
    )
    if not created:
        # The partner was suspended after this request had been let in.
        raise killed("organization")
    return organization_of(await require_child(request, connection, organization_id))


@routes.read("/v1/organizations", sdk="organizations.list", access=requires("org:admin"))
async def list_children(request: ApiRequest, query: OrganizationsQuery) -> Page[Organization]:
    """List your children.

    Newest first.
    """
    async with request.connection() as connection:
        children = await store.list_children(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            statuses=query.status,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(request, query, children, item=organization_of, position=lambda child: child.id)


@routes.read(
    "/v1/organizations/{orgId}",
    sdk="organizations.retrieve",
    access=requires("org:admin"),
    errors=["NOT_FOUND"],
    allowed_through_status="archived",
    wallet=True,
)
async def read_child(request: ApiRequest, org_id: OrganizationId) -> OrganizationDetail:
    """Read a child.

    With a summary of its projects and its wallet.
    """
    caller = request.caller
    wallet = await require_wallet(request, org_id, parent_id=caller.organization_id)
    async with request.connection() as connection:
        child = await require_child(request, connection, org_id)
        counts = await store.count_contents(connection, caller.tenant_id, org_id)
    return organization_detail_of(child, counts, wallet)


@routes.write(
    "PATCH",
    "/v1/organizations/{orgId}",
    sdk="organizations.update",
    shown=Shown(request={"name": "Corner Coffee Roasters"}),
    access=requires("org:admin"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "KILL_SWITCH"],
    allowed_through_status="suspended",
)
async def change_child(
    request: ApiRequest, org_id: OrganizationId, body: OrganizationPatch, connection: Connection
) -> Organization:
    """Change a child.

    What is left out stays. Metadata merges key by key: an empty value removes its key.
    """
    caller = request.caller
    child = await lock_child(request, connection, org_id, allowed_through_status="suspended")
    child = await store.update_child(
        connection,
        caller.tenant_id,
        request.now,
        org_id,
        name=child.name if isinstance(body.name, UnsetType) else body.name,
        metadata=merged_metadata(child.metadata, body.metadata),
        billing_email=(
            child.billing_email if isinstance(body.billing_email, UnsetType) else body.billing_email
        ),
    )
    await write_audit(
        connection,
        request.now,
        caller.tenant_id,
        caller.organization_id,
        "organization.updated",
        audit_argument(request),
        details={"organizationId": format_id("org", org_id)},
    )
    return organization_of(child)


@routes.write(
    "POST",
    "/v1/organizations/{orgId}/suspend",
    sdk="organizations.suspend",
    access=requires("org:admin"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    allowed_through_status="archived",
    replays=_changed,
)
async def suspend_child(request: ApiRequest, org_id: OrganizationId) -> Reply[Organization]:
    """Suspend a child.

    Its own keys get 503 from the next request on, and it starts no work. Jobs in flight finish;
    its leases stay and renew. Suspending it again changes nothing; an archived child is 409.
    """
    return await _set_status(request, org_id, "suspended")


@routes.write(
    "POST",
    "/v1/organizations/{orgId}/resume",
    sdk="organizations.resume",
    access=requires("org:admin"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    allowed_through_status="archived",
    replays=_changed,
)
async def resume_child(request: ApiRequest, org_id: OrganizationId) -> Reply[Organization]:
    """Resume a child.

    It works again as before. Resuming an active child changes nothing; an archived one is 409.
    """
    return await _set_status(request, org_id, "active")


@routes.write(
    "DELETE",
    "/v1/organizations/{orgId}",
    sdk="organizations.archive",
    access=requires("org:admin"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND"],
    allowed_through_status="archived",
    replays=_archived,
)
async def archive_child(request: ApiRequest, org_id: OrganizationId) -> Reply[ArchivedOrganization]:
    """Archive a child.

    For ever: its keys are revoked, its leases end, its free prepaid credits come back to your
    wallet, its free allotment lapses. What jobs in flight free when they end comes back then.
    Archiving it again answers the same.
    """
    await charge_callers_leases(request)
    item = store.ArchiveItem(
        org_id,
        request.caller.organization_id,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(request, store.archive, item, _archived)


@routes.write(
    "POST",
    "/v1/organizations/migrate",
    sdk="organizations.migrate",
    access=requires("org:admin"),
    runs=Runs.TRANSACTION,
    status=201,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def migrate_projects(
    request: ApiRequest, body: Migration, connection: Connection
) -> Migrated:
    """Move projects to new children.

    One child for each distinct name; its projects move with their jobs, content, accounts and
    leases, all or nothing. What the ledgers recorded stays where it happened. A job that runs in
    one of the projects is 409.
    """
    _require_partner(request)
    return await migrate(request, connection, body.mapping)


async def _set_status(
    request: ApiRequest, organization_id: UUID, status: Literal["active", "suspended"]
) -> Reply[Organization]:
    item = store.StatusItem(
        organization_id,
        request.caller.organization_id,
        status,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(request, store.set_status, item, _changed)


def _require_partner(request: ApiRequest) -> None:
    if request.caller.parent_organization_id is not None:
        raise invalid(
            [Issue("", "A child organization has no children; do this for the partner itself")]
        )
