"""Floors: routes that go through the whole edge and then do nothing."""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import ANY_KEY, PUBLIC
from partner_api.edge.request.api_request import ApiRequest

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

EMPTY = "/bench/empty"
MEMORY = "/bench/memory"
AUTHENTICATED = "/v1/bench/authenticated"
WRITE = "/v1/bench/writes"
AUDITED = "/v1/bench/audited-writes"
routes = Routes("Bench")
_STATUS = Path("/proc/self/status")


class Nothing(Struct):
    """No content."""


class Memory(Struct):
    """The most memory that this process has had resident since it began."""

    peak_bytes: int


@routes.read(EMPTY, access=PUBLIC)
async def read_nothing() -> Nothing:
    """Answer at once."""
    return Nothing()


@routes.read(AUTHENTICATED, sdk="bench.read_nothing", access=ANY_KEY)
async def read_nothing_with_key() -> Nothing:
    """Answer as soon as it is known who asks."""
    return Nothing()


@routes.write("POST", WRITE, sdk="bench.write_nothing", access=ANY_KEY, runs=Runs.TRANSACTION)
async def write_nothing(request: ApiRequest, connection: Connection) -> Nothing:
    """Open a transaction and write nothing; with Idempotency-Key, the edge writes its record."""
    return Nothing()


@routes.write("POST", AUDITED, sdk="bench.write_audit_row", access=ANY_KEY, runs=Runs.TRANSACTION)
async def write_audit_row(request: ApiRequest, connection: Connection) -> Nothing:
    """Write the audit row that every write leaves, and nothing else."""
    caller = request.caller
    await write_audit(
        connection,
        request.now,
        caller.tenant_id,
        caller.organization_id,
        "bench.written",
        audit_argument(request),
    )
    return Nothing()


@routes.read(MEMORY, access=PUBLIC)
async def read_memory() -> Memory:
    """Return the peak of this process's resident memory."""
    return Memory(_peak_bytes())


def _peak_bytes() -> int:
    if _STATUS.exists():
        # getrusage would count what the parent had at the fork.
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
