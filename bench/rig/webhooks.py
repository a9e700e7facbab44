"""What measurements of webhooks work with: endpoints, events, a receiver, and who sends."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import secrets
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from partner_api.events import store as events
from partner_api.ids import new_uuid7
from partner_api.webhooks.sending.signatures import new_signing_secret
from rig.api import HOST, inherited, stop_process
from rig.command import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection
    from rig.tenants import Spender

_BENCH = Path(__file__).resolve().parent.parent
_EVENTS_PER_CALL = 5_000
_ANSWER_SECONDS = 30
_LOOK_SECONDS = 0.1
EVENT_TYPE = "job.completed"
DATA: dict[str, Any] = {
    "jobId": "job_01K0PSYQ1B8Q4CW7J9T3T1V9ZN",
    "projectId": "prj_0197f7ec-6d2b-7c5e-8a7b-3f1f2a9c4d5e",
    "kind": "slideshow",
    "credits": 12,
    "containerId": "cnt_0197f7ec-7a10-7e55-9c1d-5b8a3f6e2d41",
    "partnerJobId": "order-20260601-000117",
    "metadata": {"campaign": "summer", "order": "A-1730022"},
}


def now() -> datetime:
    """Return the time, cut to milliseconds."""
    value = datetime.now(UTC)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


class Receiver:
    """The receiver's process."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._client = httpx2.Client(trust_env=False, timeout=_ANSWER_SECONDS)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://{HOST}:{self.port}{path}"

    def forget(self) -> None:
        """Forget what has arrived."""
        self._client.post(self.url("/forget")).raise_for_status()

    def arrivals(self) -> dict[str, float]:
        """Return when each event arrived first, by the machine's monotonic clock."""
        arrivals: dict[str, float] = self._client.get(self.url("/arrivals")).json()
        return arrivals

    async def until(self, count: int, seconds: float) -> float:
        """Wait until so many requests have arrived; return how many a second came.

        Raises:
            MeasurementError: they have not, in so many seconds.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    found = self._client.get(self.url("/count")).json()
                    if found["count"] >= count:
                        return float((found["count"] - 1) / (found["last"] - found["first"]))
                    await asyncio.sleep(_LOOK_SECONDS)
        raise MeasurementError(f"{found['count']} of {count} requests arrived in {seconds:g} s")


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiver until the block ends."""
    with _program("rig.receiving", None, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Receiver(int(process.stdout.readline()))


@contextlib.contextmanager
def sender(module: str, work: object, log: Path | None = None) -> Iterator[None]:
    """Run a program that sends until the block ends, on what it is told; ``log`` takes what it says."""
    with contextlib.ExitStack() as stack:
        output = subprocess.DEVNULL if log is None else stack.enter_context(log.open("ab"))
        stack.enter_context(_program(module, work, stdout=output, stderr=output))
        yield


@contextlib.contextmanager
def _program(module: str, work: object, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=_BENCH,
        env=inherited(),
        stdin=subprocess.PIPE,
        start_new_session=True,
        **streams,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(pickle.dumps(work))
        process.stdin.close()
        yield process
    finally:
        stop_process(process)


async def make_endpoint(
    owner: Connection, keys: SecretKeys, partner: Spender, url: str, event_type: str = "*"
) -> UUID:
    """Create an active endpoint; return its id."""
    endpoint_id = new_uuid7(now())
    secret = keys.seal(
        new_signing_secret().encode(), f"webhook:{partner.tenant_id}:{endpoint_id}".encode()
    )
    await owner.execute(
        """
        WITH endpoint AS (
            INSERT INTO webhook_endpoints
                   (tenant_id, id, organization_id, url, events, scope, secret, secret_key_id, created_at, updated_at)
            VALUES ($1, $2, $3, $4, ARRAY[$5], 'own', $6, $7, $8, $8)
            RETURNING tenant_id, id)
        INSERT INTO webhook_queues (tenant_id, endpoint_id) SELECT tenant_id, id FROM endpoint
        """,
        partner.tenant_id,
        endpoint_id,
        partner.organization_id,
        url,
        event_type,
        secret,
        keys.current_id,
        now(),
    )
    return endpoint_id


async def publish_many(owner: Connection, partner: Spender, count: int) -> None:
    """Write so many events of a partner, and publish them: from then on their deliveries are due."""
    at = now()
    await write_events(owner, partner, count, at)
    while (
        await events.publish(owner, partner.tenant_id, at, _EVENTS_PER_CALL)
    ).events == _EVENTS_PER_CALL:
        pass


async def write_events(owner: Connection, partner: Spender, count: int, at: datetime) -> None:
    """Write so many events of a partner."""
    await owner.execute(
        """
        INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
        SELECT $1, time_ordered_uuid($2, $3 || ':' || n), $4, $5, $6, $2 FROM generate_series(1, $7::integer) n
        """,
        partner.tenant_id,
        at,
        secrets.token_hex(8),
        partner.organization_id,
        EVENT_TYPE,
        DATA,
        count,
    )
