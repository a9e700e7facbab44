"""What the examples of the reference need to be there, made anew for each, with ids in place of theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support import working
from tests.support.installation import (
    EVERYTHING,
    Installation,
    ago,
    handle,
    now,
    org_id,
    project_id,
)
from tests.support.leases import top_up
from tests.support.operations import post
from tests.support.own_accounts import own_account
from tests.support.sessions import signed_in_session
from tests.support.tenants import job_start
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id, new_uuid7
from partner_api.jobs import store as job_store
from partner_api.reconciliation.record_store import CheckRequest, save_reconciliation
from partner_api.reconciliation.rules import Reconciliation

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.support.installation import Family

    from partner_api.edge.route import Route

UUID_TEXT = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
ULID_TEXT = "01K0EJRPVYF888RF9FDTD4P705"
SHA_256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
FILE = b"the bytes of a picture"
LINES = b"handle,followers,vertical,language,geo\n%s,12840,food_and_drink,en,US GB\n"
WORKER = "worker-1"
# What moves the time of everybody, and is in the past here; and what names a file by a signature.
REFUSED = {
    "POST /ops/v1/clock": "VALIDATION",
    "GET /files/{tenant}/{container}/{file}": "VALIDATION",
}


@dataclass
class World:
    """A partner and what it has: real ids by those of the examples, and what authenticates."""

    family: Family
    real: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def fill(self, source: str) -> str:
        """Return an example with what is here."""
        for example, real in self.real.items():
            source = source.replace(example, real)
        return source


async def make_world(installation: Installation, route: Route, base_url: str) -> World:
    """Create what the example of a route needs."""
    family = await installation.family(prepaid=10_000, cash_cents=1_000_000)
    is_operators = route.template.startswith("/ops/")
    world = World(family)
    partner = family.partner
    world.real = {
        f"org_{UUID_TEXT}": org_id(partner if is_operators else family.child),
        f"prj_{UUID_TEXT}": project_id(partner),
        "coffee.reviews.daily": handle(),
        # Two operators never have one name.
        "Robin": f"Robin {uuid4()}",
    }
    headers = await installation.operator("admin")
    world.environment = {
        "LAYERS_BASE_URL": base_url,
        "LAYERS_API_KEY": family.partner_key.text,
        "LAYERS_OPERATOR_TOKEN": headers["Authorization"].removeprefix("Bearer "),
    }
    for part, make in _NEEDED.items():
        if re.search(part, f"{route.method} {route.template}"):
            await make(installation, world, route)
    return world


async def _key(installation: Installation, world: World, route: Route) -> None:
    is_childs = route.template.startswith("/v1/organizations")
    owner = world.family.child if is_childs else world.family.partner
    scopes = ["*"] if is_childs else EVERYTHING
    key = await installation.key(owner, *scopes, kill_switch="unkill" in route.template)
    world.real[f"key_{UUID_TEXT}"] = format_id("key", key.key_id)


async def _lease(installation: Installation, world: World, route: Route) -> None:
    (lease,) = await installation.lease(world.family.partner, handle(), at=ago(days=40))
    world.real[f"sa_{UUID_TEXT}"] = lease


async def _own_account(installation: Installation, world: World, route: Route) -> None:
    account = await own_account(installation, world.family.partner, at=ago(hours=1))
    world.real[f"sa_{UUID_TEXT}"] = account


async def _request(installation: Installation, world: World, route: Route) -> None:
    request = await installation.lease_request(world.family.partner)
    world.real[f"lreq_{ULID_TEXT}"] = format_id("lreq", request)


async def _pool_account(installation: Installation, world: World, route: Route) -> None:
    account = await installation.pool_account(handle(), 5)
    world.real[f"pool_{UUID_TEXT}"] = format_id("pool", account)


async def _operator(installation: Installation, world: World, route: Route) -> None:
    text = (await installation.operator("viewer"))["Authorization"].removeprefix("Bearer ")
    operator_id = await installation.owner.fetchval(
        "SELECT id FROM operators WHERE keyid = $1", text.split("_")[1]
    )
    world.real[f"opr_{UUID_TEXT}"] = format_id("opr", operator_id)


async def _running_job(installation: Installation, world: World, route: Route) -> None:
    item = job_start(world.family.partner, 120, now=now())
    async with installation.pool.acquire() as connection:
        await job_store.start_jobs(connection, world.family.partner.tenant_id, now(), [item])
    world.real[f"job_{ULID_TEXT}"] = format_id("job", item.job_id)


async def _claimed_job(installation: Installation, world: World, route: Route) -> None:
    await _running_job(installation, world, route)
    partner = world.family.partner
    async with installation.pool.acquire() as connection:
        (held,) = await working.claim(connection, partner, now=now(), worker=WORKER)
        asset = await working.upload(connection, held, "slide-1.png", FILE)
    world.real |= {
        UUID_TEXT: str(held.claim_token),
        SHA_256: asset["sha256"],
        "184320": str(len(FILE)),
    }


async def _finished_job(installation: Installation, world: World, route: Route) -> None:
    job = await installation.finished_job(world.family.partner, credits=500)
    world.real |= {
        f"job_{ULID_TEXT}": format_id("job", job.job_id),
        f"cnt_{UUID_TEXT}": format_id("cnt", job.container_id),
        # Last, because it is a part of those.
        UUID_TEXT: str(job.asset_id),
    }


async def _failed_job(installation: Installation, world: World, route: Route) -> None:
    partner = world.family.partner
    await _running_job(installation, world, route)
    async with installation.pool.acquire() as connection:
        (held,) = await working.claim(connection, partner, now=now(), worker=WORKER)
        await working.fail(connection, held, retryable=False, now=now())


async def _endpoint(installation: Installation, world: World, route: Route) -> None:
    partner = world.family.partner
    endpoint_id = await add_endpoint(installation, partner)
    # Where both are named, the example has one id for the two.
    await add_delivery(installation, partner, endpoint_id, delivery_id=endpoint_id)
    if route.template.endswith("/unpause"):
        await installation.owner.execute(
            "UPDATE webhook_endpoints SET status = 'auto_paused', paused_reason = 'failures' "
            "WHERE tenant_id = $1",
            partner.tenant_id,
        )
    world.real |= {
        "2026-06-01T00:00:00.000Z": format_milliseconds(ago(hours=1)),
        UUID_TEXT: str(endpoint_id),
    }


async def _twelve_movements(installation: Installation, world: World, route: Route) -> None:
    """As many as there have to be for the twelfth, which the examples read, in both ledgers."""
    partner = world.family.partner
    async with installation.pool.acquire() as connection:
        for _ in range(12):
            for outcome in (
                await post(connection, partner, "purchase", 1, now=now()),
                await top_up(connection, partner, now(), 1),
            ):
                assert outcome.status == "done", outcome


async def _coming_day(installation: Installation, world: World, route: Route) -> None:
    # Leases fall due from today on, and at midnight today is another day.
    world.real["2026-05-20"] = (now() + timedelta(days=1)).date().isoformat()


async def _session(installation: Installation, world: World, route: Route) -> None:
    token = world.environment["LAYERS_OPERATOR_TOKEN"]
    world.real[f"ses_{UUID_TEXT}"] = await signed_in_session(installation, token)


async def _reconciliation(installation: Installation, world: World, route: Route) -> None:
    request = CheckRequest(new_uuid7(now()), now())
    async with installation.pool.acquire() as connection:
        await save_reconciliation(
            connection, Reconciliation(now(), now(), 1, 1, [], 0), request=request
        )
    world.real[UUID_TEXT] = str(request.id)


async def _test_key(installation: Installation, world: World, route: Route) -> None:
    tenant = await installation.test_tenant(world.family.partner)
    key = await installation.key(tenant, *EVERYTHING, env="test")
    world.environment["LAYERS_API_KEY"] = key.text


_NEEDED: dict[str, Callable[[Installation, World, Route], Coroutine[Any, Any, None]]] = {
    r"\{keyId\}": _key,
    r"\{socialAccountId\}|cash/refund": _lease,
    r"/v1/social-accounts": _own_account,
    r"\{requestId\}|\{leaseRequestId\}": _request,
    r"\{poolAccountId\}|/fulfil": _pool_account,
    r"\{operatorId\}": _operator,
    r"\{jobId\}(/cancel)?$": _running_job,
    r"/ops/v1/jobs/(\{jobId\}/)?(heartbeat|complete|fail|assets)": _claimed_job,
    r"\{containerId\}|credits/refund|\{jobId\}/(history|content)": _finished_job,
    r"/retry": _failed_job,
    r"\{endpointId\}|\{deliveryId\}": _endpoint,
    r"\{sequence\}": _twelve_movements,
    r"/renewals/leases": _coming_day,
    r"\{sessionId\}": _session,
    r"\{reconciliationId\}": _reconciliation,
    r"/v1/events/samples": _test_key,
}
