"""Changes that partners are told of, one for each type of event that a money function writes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from tests.support import operations
from tests.support.leases import PRICE_CENTS, lease, make_account, work
from tests.support.tenants import NOON, Wallet, allocation, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.ids import new_ulid
from partner_api.lease_requests import store as requests
from partner_api.leases import store as leases
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

    Act = Callable[[Connection, Idempotency | None], Awaitable[str]]

LATER = NOON + timedelta(days=40)


class Change(NamedTuple):
    """What changes something, and what tries to and is refused; each returns the status of its outcome."""

    whose: Wallet
    """The organization that is told."""
    act: Act
    refused: Act


async def _family(connection: Connection, cash_cents: int = 10 * PRICE_CENTS) -> Wallet:
    partner = await make_partner(connection, prepaid=10_000, cash_cents=cash_cents)
    return await make_child(connection, partner, prepaid=1_000)


def _of(outcomes: list[Outcome]) -> str:
    (outcome,) = outcomes
    return outcome.status


async def _job_ends(connection: Connection, ends: Callable[..., Awaitable[Outcome]]) -> Change:
    child = await _family(connection)
    job_id = await operations.started(connection, child, 100)

    async def act(connection: Connection, _: Idempotency | None) -> str:
        return (await ends(connection, child, job_id)).status

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return (await ends(connection, child, uuid4())).status

    return Change(child, act, refused)


async def job_completed(connection: Connection) -> Change:
    async def ends(connection: Connection, child: Wallet, job_id: UUID) -> Outcome:
        return await operations.settle(connection, child, job_id, 60)

    return await _job_ends(connection, ends)


async def job_failed(connection: Connection) -> Change:
    return await _job_ends(connection, operations.release)


async def job_canceled(connection: Connection) -> Change:
    async def ends(connection: Connection, child: Wallet, job_id: UUID) -> Outcome:
        outcome = await operations.release(connection, child, job_id, "canceled")
        accepted = (outcome.facts or {}).get("accepted")
        return outcome._replace(status="refused") if accepted is False else outcome

    return await _job_ends(connection, ends)


async def request_assigned(connection: Connection) -> Change:
    child, request_id, accounts = await _request(connection)

    async def fulfil(
        connection: Connection, count: int, idempotency: Idempotency | None = None
    ) -> str:
        item = requests.FulfilItem(
            request_id, accounts[:count], [uuid4()] * count, None, None, SYSTEM, idempotency
        )
        return _of(await requests.fulfil(connection, child.tenant_id, NOON, [item]))

    async def act(connection: Connection, idempotency: Idempotency | None) -> str:
        return await fulfil(connection, 1, idempotency)

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return await fulfil(connection, 0)

    return Change(child, act, refused)


async def request_rejected(connection: Connection) -> Change:
    child, request_id, _ = await _request(connection)

    async def reject(
        connection: Connection, which: UUID, idempotency: Idempotency | None = None
    ) -> str:
        item = requests.RejectItem(which, "None is free.", SYSTEM, idempotency)
        return _of(await requests.reject(connection, child.tenant_id, NOON, [item]))

    async def act(connection: Connection, idempotency: Idempotency | None) -> str:
        return await reject(connection, request_id, idempotency)

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return await reject(connection, uuid4())

    return Change(child, act, refused)


async def _request(connection: Connection) -> tuple[Wallet, UUID, list[UUID]]:
    child = await _family(connection)
    request = await requests.insert_request(
        connection,
        child.tenant_id,
        NOON,
        request_id=new_ulid(NOON),
        organization_id=child.organization_id,
        project_id=child.project_id,
        partner_request_id=None,
        count=1,
        vertical="food_and_drink",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    return child, request.id, [await make_account(connection, NOON)]


async def lease_renewed(connection: Connection) -> Change:
    return await _a_worker_comes(connection, cash_cents=10 * PRICE_CENTS)


async def lease_past_due(connection: Connection) -> Change:
    return await _a_worker_comes(connection, cash_cents=PRICE_CENTS)


async def _a_worker_comes(connection: Connection, cash_cents: int) -> Change:
    child = await _family(connection, cash_cents)
    await lease(connection, child, NOON)

    async def come(connection: Connection, at: datetime) -> str:
        return "done" if await work(connection, child, at) else "refused"

    async def act(connection: Connection, _: Idempotency | None) -> str:
        return await come(connection, LATER)

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return await come(connection, NOON + timedelta(days=1))

    return Change(child, act, refused)


async def lease_disconnected(connection: Connection) -> Change:
    child = await _family(connection)
    lease_id = await lease(connection, child, NOON)

    async def disconnect(
        connection: Connection, whose: UUID, idempotency: Idempotency | None = None
    ) -> str:
        item = leases.DisconnectItem(
            lease_id, whose, "released_by_partner", None, SYSTEM, idempotency
        )
        return _of(await leases.disconnect(connection, child.tenant_id, NOON, [item]))

    async def act(connection: Connection, idempotency: Idempotency | None) -> str:
        return await disconnect(connection, child.organization_id, idempotency)

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return await disconnect(connection, uuid4())

    return Change(child, act, refused)


async def credits_low(connection: Connection) -> Change:
    child = await _family(connection)
    await operations.configure(connection, child, refill_threshold=500, refill_amount=100)

    async def take(
        connection: Connection, credits: int, idempotency: Idempotency | None = None
    ) -> str:
        outcome = await operations.post(
            connection, child, "adjustment", -credits, idempotency=idempotency
        )
        return outcome.status

    async def act(connection: Connection, idempotency: Idempotency | None) -> str:
        return await take(connection, 501, idempotency)

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return await take(connection, 1_001)

    return Change(child, act, refused)


async def credits_allocated(connection: Connection) -> Change:
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner)

    async def allocate(
        connection: Connection, credits: int, idempotency: Idempotency | None = None
    ) -> str:
        item = allocation(child, credits)._replace(
            description="June", metadata={"order": "17"}, idempotency=idempotency
        )
        return _of(await credit.allocate(connection, child.tenant_id, NOON, [item]))

    async def act(connection: Connection, idempotency: Idempotency | None) -> str:
        return await allocate(connection, 600, idempotency)

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return await allocate(connection, 1_001)

    return Change(child, act, refused)


async def suspended(connection: Connection) -> Change:
    return await _becomes(connection, "suspended")


async def resumed(connection: Connection) -> Change:
    change = await _becomes(connection, "active")
    (outcome,) = await organizations.set_status(
        connection,
        change.whose.tenant_id,
        NOON,
        [organizations.StatusItem(change.whose.organization_id, None, "suspended", SYSTEM, None)],
    )
    assert outcome.status == "done"
    return change


async def _becomes(connection: Connection, status: Any) -> Change:
    child = await _family(connection)

    async def become(
        connection: Connection, partner: UUID | None, idempotency: Idempotency | None = None
    ) -> str:
        item = organizations.StatusItem(child.organization_id, partner, status, SYSTEM, idempotency)
        return _of(await organizations.set_status(connection, child.tenant_id, NOON, [item]))

    async def act(connection: Connection, idempotency: Idempotency | None) -> str:
        return await become(connection, child.partner_id, idempotency)

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return await become(connection, uuid4())

    return Change(child, act, refused)


async def archived(connection: Connection) -> Change:
    child = await _family(connection)
    await lease(connection, child, NOON)

    async def archive(
        connection: Connection, partner: UUID, idempotency: Idempotency | None = None
    ) -> str:
        item = organizations.ArchiveItem(child.organization_id, partner, SYSTEM, idempotency)
        return _of(await organizations.archive(connection, child.tenant_id, NOON, [item]))

    async def act(connection: Connection, idempotency: Idempotency | None) -> str:
        assert child.partner_id is not None
        return await archive(connection, child.partner_id, idempotency)

    async def refused(connection: Connection, _: Idempotency | None) -> str:
        return await archive(connection, uuid4())

    return Change(child, act, refused)


CHANGES: dict[str, Callable[[Connection], Awaitable[Change]]] = {
    "job.completed": job_completed,
    "content.generated": job_completed,
    "job.failed": job_failed,
    "job.canceled": job_canceled,
    "lease_request.assigned": request_assigned,
    "social_account.connected": request_assigned,
    "lease_request.rejected": request_rejected,
    "leased_account.renewed": lease_renewed,
    "leased_account.past_due": lease_past_due,
    "leased_account.disconnected": lease_disconnected,
    "credits.low": credits_low,
    "credits.allocated": credits_allocated,
    "organization.suspended": suspended,
    "organization.resumed": resumed,
    "organization.archived": archived,
}
