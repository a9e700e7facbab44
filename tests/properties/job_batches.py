"""Tenants that are alike, what may be asked of their jobs, and their rows without what only tells them apart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.support.operations import subscribe
from tests.support.tenants import NOON, Wallet, job_start, make_child, make_partner
from tests.support.working import asset

from partner_api.database.arguments import Actor, Idempotency
from partner_api.ids import format_id
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

SECOND = timedelta(seconds=1)
AT = NOON + 10 * SECOND
"""When everything is asked."""
JOBS = 14
_OPERATOR = Actor("operator", operator_id=UUID(int=7), operator_name="op", request_id="req_1")
_STATES = (
    "held",
    "held",
    "held",
    "waiting",
    "canceling",
    "finalizing",
    "expired",
    "late",
    "third",
    "over",
)


@dataclass
class Tenant:
    """A partner, two children, and jobs of all three in every state; ``labels`` is what its ids are called in each."""

    tenant_id: int
    jobs: list[UUID]
    tokens: list[UUID]
    labels: dict[str, str]
    archived: bool


@dataclass(frozen=True)
class Ask:
    """What is asked of a job, by its number; one past the last does not exist."""

    job: int
    worker: str
    key: int | None
    fingerprint: int
    number: int
    """Credits, or how far a job is."""
    flag: bool
    files: tuple[str, ...]


def draw(random: Random, count: int) -> list[Ask]:
    """So many, of few jobs and fewer keys, so that both come again."""
    few = random.sample(range(JOBS + 1), 9)
    return [
        Ask(
            random.choice(few),
            random.choice(["w1"] * 9 + ["w2"]),
            random.choice([None, None, None, 1, 2, 3, 4, 5]),
            random.choice([1, 1, 1, 2]),
            random.choice([0, 7, 7, 7, 33, 60, 200]),
            random.choice([True, False]),
            random.choice(
                [
                    (),
                    ("one.png",),
                    ("one.png", "two.mp4"),
                    ("missing.png",),
                    ("one.png", "other.png"),
                ]
            ),
        )
        for _ in range(count)
    ]


async def make_tenant(connection: Connection, owner: Connection, random: Random) -> Tenant:
    """One that is decided by ``random`` alone."""
    partner = await make_partner(connection, prepaid=9_000)
    children = [await make_child(connection, partner, prepaid=2_000) for _ in range(2)]
    wallets = [partner, *children]
    await subscribe(connection, children[0], 90)
    starts = [
        _start(random, random.choice(wallets), job_id)
        for job_id in sorted(uuid4() for _ in range(JOBS))
    ]
    outcomes = await job_store.start_jobs(connection, partner.tenant_id, NOON, starts)
    assert {outcome.status for outcome in outcomes} == {"done"}
    made = Tenant(
        partner.tenant_id,
        [start.job_id for start in starts],
        [uuid4() for _ in starts],
        _labels(wallets, starts),
        archived=random.random() < 0.3,
    )
    for job_id, token in zip(made.jobs, made.tokens, strict=True):
        await _bring_to(owner, made, job_id, token, random.choice(_STATES))
    if made.archived:
        item = organizations.ArchiveItem(
            children[1].organization_id, partner.organization_id, _OPERATOR, None
        )
        await organizations.archive(connection, partner.tenant_id, NOON, [item])
    return made


def _start(random: Random, wallet: Wallet, job_id: UUID) -> job_store.JobStart:
    start = job_start(wallet, 60)._replace(job_id=job_id)
    return start._replace(format="auto", credits=None) if random.random() < 0.3 else start


def _labels(wallets: list[Wallet], starts: list[job_store.JobStart]) -> dict[str, str]:
    labels = {format_id("job", start.job_id): f"job {n}" for n, start in enumerate(starts)}
    for number, start in enumerate(starts):
        labels |= {
            str(start.job_id): f"job {number}",
            str(start.container_id): f"container {number}",
        }
    for number, wallet in enumerate(wallets):
        labels |= {
            str(wallet.organization_id): f"wallet {number}",
            str(wallet.project_id): f"project {number}",
        }
    return labels


async def _bring_to(
    owner: Connection, tenant: Tenant, job_id: UUID, token: UUID, state: str
) -> None:
    key = (tenant.tenant_id, job_id)
    if state != "waiting":
        # The node that gave out a late one has a faster clock than the one that is asked.
        at = AT + 5 * SECOND if state == "late" else NOON
        attempt = 3 if state == "third" else 1
        stage = "finalizing" if state == "finalizing" else "processing"
        await owner.execute(
            """
            UPDATE jobs SET worker_id = 'w1', claim_token = $3, claimed_at = $4, lease_seconds = 60,
                   lease_until = $4::timestamptz + interval '1 minute', attempt = $5, stage = $6
             WHERE tenant_id = $1 AND id = $2
            """,
            *(*key, token, at, attempt, stage),
        )
        await owner.execute(
            "UPDATE containers SET status = 'processing' WHERE tenant_id = $1 AND job_id = $2", *key
        )
        await owner.execute(
            """
            INSERT INTO asset_uploads
                (tenant_id, job_id, attempt, name, size_bytes, sha256, storage_key, created_at)
            SELECT $1, $2, $3, n, 3, repeat('a', 64), 'key of ' || n, $4
              FROM unnest('{one.png,two.mp4,other.png}'::text[]) n
            """,
            *(*key, attempt, NOON),
        )
    if state == "canceling":
        await owner.execute(
            "UPDATE jobs SET cancel_requested_at = $3 WHERE tenant_id = $1 AND id = $2", *key, NOON
        )
    if state == "expired":
        for table, column in (("jobs", "id"), ("reservations", "job_id")):
            await owner.execute(
                f"UPDATE {table} SET expires_at = $3 WHERE tenant_id = $1 AND {column} = $2",
                *(*key, NOON + 5 * SECOND),
            )
    if state == "over":
        await claim_store.complete_jobs(
            owner,
            tenant.tenant_id,
            NOON,
            [claim_store.JobCompletion(job_id, "w1", token, 7, [], _OPERATOR)],
        )


def _record(tenant: Tenant, ask: Ask) -> Idempotency | None:
    if ask.key is None:
        return None
    # The same partner's for every tenant of a test: the caller tells them apart.
    caller = UUID(int=tenant.tenant_id)
    return Idempotency(
        tenant.tenant_id, caller, "POST", "/x", f"k{ask.key}", bytes([ask.fingerprint])
    )


def _claim(tenant: Tenant, ask: Ask) -> tuple[UUID, str, UUID]:
    if ask.job == JOBS:
        return UUID(int=tenant.tenant_id), ask.worker, UUID(int=1)
    return tenant.jobs[ask.job], ask.worker, tenant.tokens[ask.job]


def _files(ask: Ask) -> list[dict[str, Any]]:
    return [
        asset(
            name,
            ("b" if name == "other.png" else "a") * 64,
            3,
            "video" if name[-1] == "4" else "slide",
        )
        for name in ask.files
    ]


async def _complete(connection: Connection, tenant: Tenant, asks: list[Ask]) -> list[Outcome]:
    items = [
        claim_store.JobCompletion(
            *_claim(tenant, ask), ask.number, _files(ask), _OPERATOR, _record(tenant, ask)
        )
        for ask in asks
    ]
    return await claim_store.complete_jobs(connection, tenant.tenant_id, AT, items)


async def _fail(connection: Connection, tenant: Tenant, asks: list[Ask]) -> list[Outcome]:
    items = [
        claim_store.JobFailure(
            *_claim(tenant, ask),
            f"E{ask.number}",
            "It failed.",
            ask.flag,
            _OPERATOR,
            _record(tenant, ask),
        )
        for ask in asks
    ]
    return await claim_store.fail_jobs(connection, tenant.tenant_id, AT, items)


async def _cancel(connection: Connection, tenant: Tenant, asks: list[Ask]) -> list[Outcome]:
    items = [
        claim_store.CancelItem(_claim(tenant, ask)[0], None, _OPERATOR, _record(tenant, ask))
        for ask in asks
    ]
    return await claim_store.cancel_jobs(connection, tenant.tenant_id, AT, items)


async def _heartbeat(connection: Connection, tenant: Tenant, asks: list[Ask]) -> list[Outcome]:
    items = [
        claim_store.JobHeartbeat(
            *_claim(tenant, ask),
            "rendering" if ask.flag else None,
            min(ask.number, 100) / 100,
            _record(tenant, ask),
        )
        for ask in asks
    ]
    return await claim_store.heartbeat(connection, tenant.tenant_id, AT, items)


CALLS: dict[str, Callable[[Connection, Tenant, list[Ask]], Awaitable[list[Outcome]]]] = {
    "complete": _complete,
    "fail": _fail,
    "cancel": _cancel,
    "heartbeat": _heartbeat,
}

# Without ids that each row has of its own, and the hashes that contain them.
_ROWS = {
    "jobs": "to_jsonb(r) - '{claim_token}'::text[]",
    "containers": "to_jsonb(r)",
    "reservations": "to_jsonb(r)",
    "assets": "to_jsonb(r) - '{id}'::text[]",
    "audit_events": "to_jsonb(r) - '{event_id}'::text[]",
    "outbox": "to_jsonb(r) - '{id}'::text[] #- '{data,transferId}'",
    "idempotency_keys": "to_jsonb(r) - '{caller_id}'::text[]",
    "wallets": "to_jsonb(r) - '{last_hash}'::text[]",
    "credit_events": "to_jsonb(r) - '{event_id,transfer_id,hash,previous_hash}'::text[]",
}
# What closing reservations frees in an archived wallet goes to the partner's, once for each call.
_OF_SWEEPS = ("last_sequence", "last_event_at")


async def rows_of(connection: Connection, tenant: Tenant) -> dict[str, list[Any]]:
    """The tenant's rows by table, comparable with those of one that is alike."""
    found: dict[str, list[Any]] = {}
    for table, columns in _ROWS.items():
        if tenant.archived and table == "credit_events":
            continue
        # Those of money name transfers.
        which = "event_type LIKE 'job.%'" if table == "audit_events" else "true"
        rows = await connection.fetch(
            f"SELECT {columns} AS r FROM {table} r WHERE tenant_id = $1 AND {which}",
            tenant.tenant_id,
        )
        dropped = _OF_SWEEPS if tenant.archived and table == "wallets" else ()
        found[table] = sorted(
            named(tenant, {name: value for name, value in row["r"].items() if name not in dropped})
            for row in rows
        )
    return found


def named(tenant: Tenant, value: object) -> str:
    """The text of a value, with labels in the place of the tenant's ids."""
    text = json.dumps(value, sort_keys=True).replace(str(tenant.tenant_id), "tenant")
    for found, label in tenant.labels.items():
        text = text.replace(found, label)
    return text
