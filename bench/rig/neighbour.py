"""Another partner, with one client that asks for this and that in turn, and how long it waits."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from rig.busy import BODY
from rig.exchange import Exchange, get, post
from rig.steady import Steady

if TYPE_CHECKING:
    from collections.abc import Callable

CREDITS = "GET /v1/credits"
CHILD_CREDITS = "GET …/credits of a child"
ALLOCATE = "allocate"
START = "start a job"
_LEAST_TURNS = 1_000


@dataclass(frozen=True)
class Neighbour:
    """A partner with a child."""

    key: str
    child: str
    project: str

    def requests(self, *names: str) -> dict[str, Callable[[], bytes]]:
        """Return what writes the requests of these names, each one anew."""
        children = f"/v1/organizations/{self.child}"
        read, read_child = get("/v1/credits", self.key), get(f"{children}/credits", self.key)
        start = post(f"/v1/projects/{self.project}/content/video-remix", self.key, BODY)
        every: dict[str, Callable[[], bytes]] = {
            CREDITS: lambda: read,
            CHILD_CREDITS: lambda: read_child,
            ALLOCATE: lambda: post(
                f"{children}/credits/allocate", self.key, {"credits": 1}, str(uuid4())
            ),
            START: lambda: start,
        }
        return {name: every[name] for name in names}


def long_enough(seconds: float, *, most_seconds: float) -> Callable[[int], bool]:
    """Return what says that it is enough: so long, and until each was asked for 1,000 times if that is possible."""
    began = time.perf_counter()

    def enough(turns: int) -> bool:
        spent = time.perf_counter() - began
        return spent >= most_seconds or (spent >= seconds and turns >= _LEAST_TURNS)

    return enough


async def ask_in_turn(
    port: int, requests: dict[str, Callable[[], bytes]], enough: Callable[[int], bool]
) -> dict[str, Steady]:
    """Ask for each in turn, over one connection, the next as soon as there is an answer.

    Args:
        port: of the server.
        requests: what writes them, by name.
        enough: told how often each was asked for, says whether that is enough.

    Returns:
        How long each took, by name.
    """
    milliseconds: dict[str, list[float]] = {name: [] for name in requests}
    failed = dict.fromkeys(requests, 0)
    exchange = await Exchange.open(port)
    try:
        turns = 0
        while not enough(turns):
            for name, write in requests.items():
                asked = time.perf_counter()
                if (await exchange.send(write())).done:
                    milliseconds[name].append((time.perf_counter() - asked) * 1000)
                else:
                    failed[name] += 1
            turns += 1
    finally:
        exchange.close()
    return {name: Steady(milliseconds[name], failed[name]) for name in requests}
