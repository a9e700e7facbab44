"""What a partner does all day, over HTTP: jobs start and end, credits and cash move, accounts are released."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2

from partner_api.clock import Clock
from partner_api.database.connection import connect
from partner_api.ids import format_id
from rig.api import HOST
from rig.command import MeasurementError
from rig.tenants import (
    lease_accounts,
    make_children,
    make_key,
    make_operator,
    make_partner,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.crypto import SecretKeys
    from partner_api.database.location import DatabaseLocation
    from rig.tenants import Spender

START, COMPLETE, ALLOCATE, TOPUP, RELEASE = (
    "starts",
    "completes",
    "allocations",
    "top-ups",
    "releases",
)
_CLIENTS = 8
_SECONDS = 60.0
_UNAVAILABLE = 503
# After so many turns, a client releases an account.
_RELEASE_EVERY = 12


@dataclass(frozen=True)
class Business:
    """A partner with a child that works, and who works for it."""

    partner: Spender
    child: Spender
    key: str
    worker: str
    finance: str
    accounts: list[str]


@dataclass
class Noted:
    """What was answered."""

    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    """By what was asked for, the status and the code."""
    open: Counter[str] = field(default_factory=Counter)
    """Of these it is not known whether they happened: their answer was no refusal."""
    without_retry_after: int = 0
    longest_seconds: float = 0.0
    """Of a request that did what it was to do."""
    longest_pause_seconds: float = 0.0
    """In which none did."""


async def make_business(
    location: DatabaseLocation, secret_keys: SecretKeys, accounts: int
) -> Business:
    """Create a partner, its child with leased accounts, and the keys of everybody."""
    now = Clock().now()
    owner = await connect(location.owner_url)
    try:
        partner = await make_partner(owner, now)
        (child,) = await make_children(owner, now, partner, 1)
        await lease_accounts(owner, now, child, child.project_id, accounts)
        rows = await owner.fetch(
            "SELECT social_account_id FROM leases WHERE tenant_id = $1", partner.tenant_id
        )
        return Business(
            partner,
            child,
            await make_key(owner, now, partner, secret_keys),
            await make_operator(owner, now, secret_keys, "worker"),
            await make_operator(owner, now, secret_keys, "finance"),
            [format_id("sa", row["social_account_id"]) for row in rows],
        )
    finally:
        await owner.close()


async def work(port: int, business: Business, ended: Callable[[], bool]) -> Noted:
    """Let eight clients do all of it until ``ended`` says so."""
    noted = Noted()
    load = _Load(business, noted)
    async with httpx2.AsyncClient(
        base_url=f"http://{HOST}:{port}", timeout=_SECONDS, trust_env=False
    ) as client:
        load.begin()
        await asyncio.gather(*(load.go_on(client, number, ended) for number in range(_CLIENTS)))
    load.end()
    return noted


class _Load:
    def __init__(self, business: Business, noted: Noted) -> None:
        self._business = business
        self._noted = noted
        self._accounts = iter(business.accounts)
        self._last_done = 0.0

    def begin(self) -> None:
        self._last_done = time.perf_counter()

    def end(self) -> None:
        self._note_pause()

    async def go_on(
        self, client: httpx2.AsyncClient, number: int, ended: Callable[[], bool]
    ) -> None:
        """Be one of the clients: two of them are workers, the others the partner and its operator."""
        for turn in itertools.count():
            if ended():
                return
            if number < _CLIENTS // 4:
                await self._work(client, f"worker-{number}")
                continue
            await self._start(client)
            if turn % _RELEASE_EVERY == 0 and (account := next(self._accounts, None)) is not None:
                path = f"/v1/leased-accounts/{account}"
                await self._ask(RELEASE, client, "DELETE", path, self._child_key, None)
            elif turn % 2:
                await self._allocate(client)
            else:
                await self._top_up(client)

    @property
    def _child_key(self) -> dict[str, str]:
        organization = format_id("org", self._business.child.organization_id)
        return {**_bearer(self._business.key), "X-Layers-Organization": organization}

    async def _start(self, client: httpx2.AsyncClient) -> None:
        project = format_id("prj", self._business.child.project_id)
        path = f"/v1/projects/{project}/content/video-remix"
        body = {"tiktokVideoId": "7301234567890123456"}
        await self._ask(START, client, "POST", path, self._child_key, body)

    async def _allocate(self, client: httpx2.AsyncClient) -> None:
        organization = format_id("org", self._business.child.organization_id)
        path = f"/v1/organizations/{organization}/credits/allocate"
        await self._ask(ALLOCATE, client, "POST", path, _bearer(self._business.key), {"credits": 1})

    async def _top_up(self, client: httpx2.AsyncClient) -> None:
        organization = format_id("org", self._business.partner.organization_id)
        path = f"/ops/v1/organizations/{organization}/cash/topup"
        body = {"amountCents": 1, "description": "Wire"}
        await self._ask(TOPUP, client, "POST", path, _bearer(self._business.finance), body)

    async def _work(self, client: httpx2.AsyncClient, worker: str) -> None:
        headers = _bearer(self._business.worker)
        claim = {
            "workerId": worker,
            "formats": ["video_remix"],
            "leaseSeconds": 900,
            "max": 4,
            "waitSeconds": 1,
        }
        answer = await self._ask(None, client, "POST", "/ops/v1/jobs/claim", headers, claim)
        for job in answer["items"] if answer else []:
            body = {
                "workerId": worker,
                "claimToken": job["claimToken"],
                "creditsCharged": 40,
                "assets": [],
            }
            path = f"/ops/v1/jobs/{job['jobId']}/complete"
            await self._ask(COMPLETE, client, "POST", path, headers, body)

    async def _ask(
        self,
        what: str | None,
        client: httpx2.AsyncClient,
        method: str,
        path: str,
        headers: dict[str, str],
        body: dict[str, Any] | None,
    ) -> Any:
        asked = time.perf_counter()
        headers = {**headers, "Idempotency-Key": str(uuid4())}
        response = await client.request(method, path, headers=headers, json=body)
        if response.is_success:
            if what is not None:
                self._noted.done[what] += 1
                self._note_pause()
                spent = self._last_done - asked
                self._noted.longest_seconds = max(self._noted.longest_seconds, spent)
            return response.json() if response.content else {}
        name = what or "claims"
        self._noted.failed[f"{name} {response.status_code} {_code(response)}"] += 1
        if response.status_code == _UNAVAILABLE and "Retry-After" not in response.headers:
            self._noted.without_retry_after += 1
        if response.is_server_error:
            self._noted.open[name] += 1
            # As a client that goes on at once, and does not ask in a circle.
            await asyncio.sleep(0.05)
        return None

    def _note_pause(self) -> None:
        now = time.perf_counter()
        pause = now - self._last_done
        self._noted.longest_pause_seconds = max(self._noted.longest_pause_seconds, pause)
        self._last_done = now


async def count_in_books(location: DatabaseLocation, business: Business) -> dict[str, int]:
    """Return how often each has happened, by the rows that it left; what ``make_business`` did is no part of it."""
    connection = await connect(location.owner_url)
    try:
        tenant_id, child = business.partner.tenant_id, business.child.organization_id
        counts = {
            START: "SELECT count(*) FROM jobs WHERE tenant_id = $1 AND $2::uuid IS NOT NULL",
            COMPLETE: "SELECT count(*) FROM reservations"
            " WHERE tenant_id = $1 AND organization_id = $2 AND status = 'settled'",
            ALLOCATE: "SELECT count(*) - 1 FROM credit_transfers"
            " WHERE tenant_id = $1 AND to_organization_id = $2",
            TOPUP: "SELECT count(*) - 1 FROM cash_events"
            " WHERE tenant_id = $1 AND event_type = 'topup' AND $2::uuid IS NOT NULL",
            RELEASE: "SELECT count(*) FROM leases"
            " WHERE tenant_id = $1 AND status <> 'assigned' AND $2::uuid IS NOT NULL",
        }
        return {
            name: await connection.fetchval(text, tenant_id, child) for name, text in counts.items()
        }
    finally:
        await connection.close()


def require_nothing_lost(noted: Noted, counted: dict[str, int]) -> None:
    """Compare what was acknowledged with what the books have.

    Raises:
        MeasurementError: something is missing, or is there and was never asked for.
    """
    for name, count in counted.items():
        if not noted.done[name] <= count <= noted.done[name] + noted.open[name]:
            raise MeasurementError(
                f"{name}: {noted.done[name]:,} were acknowledged, {noted.open[name]:,} are open, and the books have "
                f"{count:,}"
            )


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _code(response: httpx2.Response) -> str:
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""
