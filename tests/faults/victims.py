"""What can be killed of a server, chosen at random, and when it is over that it was."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import httpx2
from tests.support.serving import Service, wait_until

from partner_api.processes.status import ServerStatus

# A server whose PostgreSQL dies five times within a minute ends, as it should.
_DATABASE_DEATHS = 3
_WITHIN_SECONDS = 65.0

_FIND: dict[str, Callable[[Service], list[int]]] = {
    "supervisor": lambda service: [service.pid],
    "keeper": lambda service: service.part_pids("database"),
    "postmaster": lambda service: service.database_pids()[:1],
    "backend": lambda service: service.database_pids()[1:],
    "api": lambda service: service.part_pids("api"),
    "sweeps": lambda service: service.part_pids("sweeps"),
    "rendering": lambda service: service.part_pids("rendering"),
    "renderer": lambda service: service.renderer_pids(),
}
KINDS = tuple(_FIND)
_DATABASE = ("postmaster", "backend")


class Killer:
    """Kills processes of one server, and counts them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._database_kills: list[float] = []
        self.kills: dict[str, int] = dict.fromkeys(KINDS, 0)

    def kill(self, kinds: Sequence[str], chance: random.Random) -> dict[int, str]:
        """SIGKILL one process of each of these kinds, as far as there is one; gives which."""
        chosen = {}
        for kind in kinds:
            if kind in _DATABASE and not self._database_can_die():
                continue
            pids = [pid for pid in _FIND[kind](self._service) if pid not in chosen]
            if pids:
                chosen[chance.choice(pids)] = kind
        for pid in chosen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for kind in chosen.values():
            self.kills[kind] += 1
            if kind in _DATABASE:
                self._database_kills.append(time.monotonic())
        return chosen

    def _database_can_die(self) -> bool:
        since = time.monotonic() - _WITHIN_SECONDS
        self._database_kills = [at for at in self._database_kills if at > since]
        return len(self._database_kills) < _DATABASE_DEATHS


def wait_until_well(service: Service, killed: Sequence[int] = ()) -> None:
    """Wait until all parts do their work again, none of them in a process that was killed."""

    def is_well() -> bool:
        assert not service.ended, service.errors
        status = service.status()
        return status is not None and _works(status, killed) and _answers(service)

    # A part that has ended often waits up to half a minute before it is started again.
    wait_until(is_well, 180, every=0.1)


def _works(status: ServerStatus, killed: Sequence[int]) -> bool:
    return all(
        part.state == "working"
        and part.pid is not None
        and part.pid not in killed
        and Path(f"/proc/{part.pid}").exists()
        for part in status.parts
    )


def _answers(service: Service) -> bool:
    with suppress(httpx2.TransportError):
        answer = service.get("/readyz")
        return answer.status_code == 200 and answer.json()["status"] == "ready"
    return False
