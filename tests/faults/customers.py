"""Work that a server has to do by itself, ordered from outside: what shows that it lives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import asyncpg
import httpx2
from tests.faults.clients import Demo, assert_outage
from tests.support.leases import PRICE_CENTS, charges, lease, paid_for
from tests.support.serving import Service, wait_until
from tests.support.tenants import Wallet, make_partner

from embedded_postgres import DatabaseStartError, EmbeddedPostgres
from partner_api.clock import Clock
from partner_api.database.connection import connect
from partner_api.months import add_months

T = TypeVar("T")
HOOK = {"hook": "Stop scrolling! Three coffees a day are fine. Here is why."}
_DUE_IN = timedelta(seconds=2)
_PATIENCE_SECONDS = 180.0


class DueLease:
    """A partner with cash, and a lease whose second month begins in a moment."""

    def __init__(self, wallet: Wallet, lease_id: UUID, due_at: float) -> None:
        self._wallet = wallet
        self._lease_id = lease_id
        self.due_at = due_at
        """By the monotonic clock."""

    @classmethod
    def make(cls, service: Service) -> DueLease:
        """Create one in the server's own database."""

        async def make() -> tuple[Wallet, UUID]:
            connection = await connect(EmbeddedPostgres(service.data_dir).url("owner"))
            try:
                # It may be due already where the month before was shorter, and then since days.
                assigned = add_months(Clock().now() + _DUE_IN, -1).replace(microsecond=0)
                wallet = await make_partner(connection, now=assigned, cash_cents=3 * PRICE_CENTS)
                return wallet, await lease(connection, wallet, assigned)
            finally:
                await connection.close()

        wallet, lease_id = despite_outages(make)
        return cls(wallet, lease_id, time.monotonic() + _DUE_IN.total_seconds())

    def wait_until_charged(self, service: Service) -> None:
        """Wait until the second month has been charged, which must not happen twice."""
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while not despite_outages(lambda: self._is_charged(service)):
            assert time.monotonic() < give_up, "the lease was not charged"
            time.sleep(0.2)

    async def _is_charged(self, service: Service) -> bool:
        connection = await connect(EmbeddedPostgres(service.data_dir).url("owner"))
        try:
            # Both as of the same moment.
            async with connection.transaction(isolation="repeatable_read"):
                months = await charges(connection, self._wallet, self._lease_id)
                renewals = await paid_for(connection, self._wallet)
        finally:
            await connection.close()
        assert len(months) == 1 + len(renewals) <= 2, (months, renewals)
        return months == [(PRICE_CENTS, "paid")] * 2


def despite_outages(work: Callable[[], Awaitable[T]]) -> T:
    """Do something with the database, again where that has just been killed."""

    async def run() -> T:
        return await work()

    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return asyncio.run(run())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, DatabaseStartError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


class Orders:
    """Orders slideshows, of the live environment and of the test environment, and waits for them."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._sandbox: tuple[dict[str, str], str] | None = None

    def slideshow(self) -> None:
        """One that the rendering processes draw."""
        self._order(self._demo.partner, self._demo.project_path)

    def sample(self) -> None:
        """One of the test environment, which completes by itself."""
        if self._sandbox is None:
            self._sandbox = self._open_sandbox()
        self._order(*self._sandbox)

    def _open_sandbox(self) -> tuple[dict[str, str], str]:
        partner = self._send("GET", "/v1/whoami", self._demo.partner, None)
        keys = f"/ops/v1/organizations/{partner['organizationId']}/api-keys"
        asked = {"name": "Test", "scopes": ["*"], "env": "test"}
        secret = self._send("POST", keys, self._demo.operator, asked)["secret"]
        headers = {"Authorization": f"Bearer {secret}"}
        project = self._send("POST", "/v1/projects", headers, {"name": "Test", "timezone": "UTC"})
        return headers, f"/v1/projects/{project['id']}"

    def _order(self, headers: dict[str, str], project_path: str) -> None:
        path = f"{project_path}/content/slideshow-builder"
        job_id = self._send("POST", path, headers, HOOK)["jobId"]
        found = {"status": "running"}

        def is_over() -> bool:
            nonlocal found
            found = self._send("GET", f"/v1/jobs/{job_id}", headers, None)
            return found["status"] != "running"

        # As seldom as its rate limit allows, of which each process of the server gives a share.
        wait_until(is_over, _PATIENCE_SECONDS, every=0.5)
        assert found["status"] == "completed", found

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: Mapping[str, object] | None
    ) -> dict[str, str]:
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                answer = httpx2.request(
                    method,
                    self._demo.url + path,
                    headers=headers,
                    json=body,
                    trust_env=False,
                    timeout=60,
                )
                if answer.is_success:
                    found: dict[str, str] = answer.json()
                    return found
                assert_outage(answer)
            except httpx2.TransportError:
                pass
            assert time.monotonic() < give_up, path
            time.sleep(0.1)
