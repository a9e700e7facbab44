"""A small feature, to try the edge with: things, which have nothing but what tests need."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import asyncpg
from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.credits.access import require_wallet
from partner_api.database.outages import OutcomeUnknown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import ANY_KEY, PUBLIC, requires, requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.validation import InvalidField
from partner_api.edge.wire.fields import Instant, OrganizationId, PositiveAmount, ProjectId
from partner_api.edge.wire.metadata import Metadata
from partner_api.edge.wire.pagination import Cursor, Page, page, read_cursor
from partner_api.errors import ApiError, not_found

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Things")
THINGS = 10


class Thing(Struct, frozen=True, rename="camel"):
    """A thing."""

    organization_id: str
    some_number: int


class Number(Struct, frozen=True):
    """One of many things."""

    number: int


class Shape(Struct, rename="camel", forbid_unknown_fields=True):
    """Something nested."""

    kind: Literal["round", "square"]
    sides: Annotated[list[Annotated[int, Meta(ge=1, le=9)]], Meta(max_length=3)] = []


class NewThing(Struct, rename="camel", forbid_unknown_fields=True):
    """A thing to be."""

    name: Annotated[str, Meta(min_length=1, max_length=8)]
    credits: PositiveAmount
    shape: Shape | None = None
    shapes: Annotated[list[Shape], Meta(max_length=20)] = []
    project_id: ProjectId | None = None
    due_at: Instant | None = None
    metadata: Metadata | UnsetType = UNSET
    smallest: Annotated[int, Meta(ge=0)] | None = None
    largest: int | None = None

    def __post_init__(self) -> None:
        if (self.smallest is None) != (self.largest is None):
            raise InvalidField("smallest", "Expected both smallest and largest, or neither")


class Reason(Struct, rename="camel", forbid_unknown_fields=True):
    """A body that may be left out."""

    reason: Annotated[str, Meta(max_length=8)] | None = None


class ThingQuery(Struct, rename="camel"):
    """How to look for things."""

    status: list[Literal["assigned", "disconnected"]] | None = None
    project_id: ProjectId | None = None
    since: Instant | None = None
    flag: bool | None = None
    limit: Annotated[int, Meta(ge=1, le=5)] = 3
    cursor: Cursor | None = None


def _thing(request: ApiRequest, number: int = 1) -> Thing:
    return Thing(str(request.caller.organization_id), number)


@routes.read("/open", access=PUBLIC)
async def read_open() -> Thing:
    """A thing for everyone."""
    return Thing("none", 1)


@routes.read("/v1/thing", sdk="things.read_thing", access=ANY_KEY)
async def read_thing(request: ApiRequest) -> Thing:
    """One's own thing."""
    return _thing(request)


@routes.read(
    "/v1/wallet-thing",
    sdk="things.read_wallet_thing",
    access=ANY_KEY,
    allowed_through_status="active",
)
async def read_wallet_thing(request: ApiRequest) -> Thing:
    """A thing that stops when the organization is suspended."""
    return _thing(request)


@routes.read(
    "/v1/ledger-thing",
    sdk="things.read_ledger_thing",
    access=ANY_KEY,
    allowed_through_status="archived",
)
async def read_ledger_thing(request: ApiRequest) -> Thing:
    """A thing that stays for ever."""
    return _thing(request)


@routes.read(
    "/v1/projects/{projectId}/things", sdk="things.list_things", access=requires("leased:write")
)
async def list_things(
    request: ApiRequest, project_id: ProjectId, query: ThingQuery
) -> Page[Number]:
    """Things of a project: numbers from 1 up."""
    assert isinstance(project_id, UUID)
    after = read_cursor(request, tuple[int])
    start = after[0] if after else 0
    rows = [{"number": number} for number in range(start + 1, THINGS + 1)][: query.limit + 1]
    return page(
        request,
        query,
        rows,
        item=lambda row: Number(row["number"]),
        position=lambda row: (row["number"],),
    )


@routes.read(
    "/v1/organizations/{orgId}/thing", sdk="things.read_child_thing", access=requires("org:admin")
)
async def read_child_thing(request: ApiRequest, org_id: OrganizationId) -> Thing:
    """A child's thing."""
    child = await request.services.children.find(request.caller, org_id)
    return Thing(str(child.id), 1)


@routes.read(
    "/v1/organizations/{orgId}/other-wallet",
    sdk="things.read_other_wallet",
    access=requires("org:admin"),
    wallet=True,
)
async def read_other_wallet(request: ApiRequest, org_id: OrganizationId) -> Number:
    """The balance of one's own wallet, where the child's came with the key."""
    wallet = await require_wallet(request, request.caller.organization_id)
    return Number(wallet.balance)


@routes.read("/v1/words/{word}", sdk="things.read_word", access=ANY_KEY)
async def read_word(word: str) -> dict[str, str]:
    """A word as it was sent."""
    return {"word": word}


@routes.read("/v1/fault", sdk="things.read_fault", access=ANY_KEY)
async def read_fault() -> Thing:
    """A bug, with something in it that nobody may see."""
    raise RuntimeError("lp_live_0123456789ABCDEF_" + "s" * 43)


@routes.read("/v1/lost", sdk="things.read_lost", access=ANY_KEY)
async def read_lost() -> Thing:
    """What is read while the database loses its answer."""
    raise OutcomeUnknown


@routes.write("POST", "/v1/lost", sdk="things.create_lost", access=ANY_KEY, runs=Runs.MONEY)
async def create_lost() -> Thing:
    """What may have been done."""
    raise OutcomeUnknown


@routes.write("PUT", "/v1/lost", sdk="things.put_lost", access=ANY_KEY, runs=Runs.UNRECORDED)
async def put_lost() -> Thing:
    """What changes nothing more when it is done again."""
    raise OutcomeUnknown


@routes.read("/v1/deadlock", sdk="things.read_deadlock", access=ANY_KEY)
async def read_deadlock() -> Thing:
    """What always deadlocks."""
    DEADLOCKS.append(1)
    raise asyncpg.DeadlockDetectedError("deadlock")


@routes.write(
    "POST",
    "/v1/things",
    sdk="things.create_thing",
    access=requires("projects:write"),
    runs=Runs.TRANSACTION,
    status=201,
)
async def create_thing(request: ApiRequest, connection: Connection, body: NewThing) -> Thing:
    """Create a thing, which is an audit row and nothing else."""
    caller = request.caller
    await write_audit(
        connection,
        request.now,
        caller.tenant_id,
        caller.organization_id,
        "thing.created",
        audit_argument(request),
        details={"name": body.name},
    )
    if body.name == "slow":
        await SLOW_MAY_END.wait()
    if body.name == "refuse":
        raise ApiError("CONFLICT", details={"name": body.name})
    if body.name == "absent":
        raise not_found()
    if body.name == "once" and not DEADLOCKS:
        DEADLOCKS.append(1)
        raise asyncpg.DeadlockDetectedError("deadlock")
    return _thing(request, body.credits)


DEADLOCKS: list[int] = []
SLOW_MAY_END = asyncio.Event()
"""What making a thing of the name `slow` waits for."""


@routes.write(
    "POST",
    "/v1/organizations/{orgId}/secrets",
    sdk="things.create_secret",
    access=requires("org:admin"),
    runs=Runs.TRANSACTION,
    status=201,
    idempotency_required=True,
    secret_answer=True,
)
async def create_secret(connection: Connection, org_id: OrganizationId) -> dict[str, str]:
    """Create a secret that is different each time."""
    return {"secret": str(await connection.fetchval("SELECT gen_random_uuid()"))}


@routes.write(
    "DELETE",
    "/v1/projects/{projectId}/thing",
    sdk="things.delete_thing",
    access=requires("projects:write"),
    runs=Runs.TRANSACTION,
)
async def delete_thing(
    request: ApiRequest, connection: Connection, project_id: ProjectId, body: Reason
) -> dict[str, str | None]:
    """Return the reason."""
    return {"reason": body.reason}


@routes.write(
    "POST", "/v1/suspend", sdk="things.suspend_thing", access=ANY_KEY, runs=Runs.UNRECORDED
)
async def suspend_thing(request: ApiRequest) -> Thing:
    """A write without a body and without a transaction."""
    return _thing(request)


@routes.read("/ops/v1/report", sdk="things.read_report", access=requires_role("finance"))
async def read_report(request: ApiRequest) -> dict[str, str]:
    """Something for finance."""
    return {"name": request.operator.name}


@routes.write(
    "POST",
    "/ops/v1/things",
    sdk="things.create_ops_thing",
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
)
async def create_ops_thing(request: ApiRequest, connection: Connection) -> dict[str, str]:
    """Something an operator makes."""
    await write_audit(connection, request.now, 0, None, "thing.created", audit_argument(request))
    return {"name": str(await connection.fetchval("SELECT gen_random_uuid()"))}
