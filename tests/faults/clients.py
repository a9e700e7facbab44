"""Clients of a server that is killed: they keep account of what they sent and of what was acknowledged."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import uuid4

import httpx2

VIDEO = {"tiktokVideoId": "7301234567890123456"}
# Until an outage is over; a part that has ended often waits half a minute before it is started again.
_RETRY_SECONDS = 180.0
_PAUSE_SECONDS = 0.05


class Demo(NamedTuple):
    """What a server with the demo prints: who may ask for what."""

    url: str
    partner: dict[str, str]
    operator: dict[str, str]
    child_path: str
    project_path: str

    @classmethod
    def of(cls, url: str, printed: str) -> Demo:
        """Read it from the server's output."""
        credits, leases = re.findall(r"curl http://[^/]+(/v1/\S+)", printed)
        partner_key = re.findall(r"lp_live_\S+[^\s\"]", printed)[0]
        operator_token = re.findall(r"lpo_\S+", printed)[0]
        return cls(
            url,
            {"Authorization": f"Bearer {partner_key}"},
            {"Authorization": f"Bearer {operator_token}"},
            credits.removesuffix("/credits"),
            leases.removesuffix("/leased-accounts"),
        )

    async def fund(self, credits: int) -> None:
        """Sell the partner what it is going to spend."""
        async with http_client(self.url) as http:
            partner = (await http.get("/v1/whoami", headers=self.partner)).json()
            answer = await http.post(
                f"/ops/v1/organizations/{partner['organizationId']}/credits/purchase",
                headers={**self.operator, "Idempotency-Key": str(uuid4())},
                json={"credits": credits},
            )
            assert answer.status_code == 200, answer.text

    async def prepaid_of_child(self) -> int:
        """What the child's wallet says."""
        async with http_client(self.url) as http:
            wallet = (await http.get(f"{self.child_path}/credits", headers=self.partner)).json()
            return int(wallet["prepaidBalance"])

    def allocations(self, seed: int, clients: int) -> KeyedRequests:
        """Clients that allocate credits to the child."""
        chance = random.Random(seed)
        return KeyedRequests(
            self.url,
            f"{self.child_path}/credits/allocate",
            self.partner,
            lambda: {"credits": chance.randint(1, 5)},
            made=201,
            id_field="id",
            clients=clients,
        )

    def starts(
        self, clients: int, content_format: str = "video-remix", body: dict[str, Any] = VIDEO
    ) -> KeyedRequests:
        """Clients that start jobs in the partner's project."""
        return starts(self.url, self.project_path, self.partner, clients, content_format, body)


def starts(
    url: str,
    project_path: str,
    headers: dict[str, str],
    clients: int,
    content_format: str = "video-remix",
    body: dict[str, Any] = VIDEO,
) -> KeyedRequests:
    """Clients that start jobs in a project."""
    return KeyedRequests(
        url,
        f"{project_path}/content/{content_format}",
        headers,
        lambda: body,
        made=202,
        id_field="jobId",
        clients=clients,
    )


class KeyedRequests:
    """Clients that send one kind of request over and over, each with an Idempotency-Key of its own.

    Args:
        url: of the server.
        path: where to.
        headers: who sends.
        body: gives the next one.
        made: the status of success.
        id_field: where an answer names what was made.
        clients: how many send at the same time.
    """

    def __init__(
        self,
        url: str,
        path: str,
        headers: dict[str, str],
        body: Callable[[], dict[str, Any]],
        *,
        made: int,
        id_field: str,
        clients: int,
    ) -> None:
        self._url = url
        self._path = path
        self._headers = headers
        self._body = body
        self._made = made
        self._id_field = id_field
        self._clients = clients
        self.sent: dict[str, dict[str, Any]] = {}
        self.acknowledged: dict[str, str] = {}
        """What each key has made."""
        self.statuses: Counter[int] = Counter()
        self.retried = 0
        self.replayed = 0

    async def burst(self, strike: asyncio.Event, pause_seconds: float = 0.0) -> None:
        """Send as fast as answers come, or with pauses, until the strike."""

        async def send_until(http: httpx2.AsyncClient) -> None:
            while not strike.is_set():
                key = str(uuid4())
                self.sent[key] = self._body()
                if not await self._try(http, key) or pause_seconds:
                    await asyncio.sleep(pause_seconds or _PAUSE_SECONDS)

        async with http_client(self._url) as http:
            await asyncio.gather(*(send_until(http) for _ in range(self._clients)))

    async def until_acknowledged(self, count: int, burst: asyncio.Task[None]) -> None:
        """Wait until so many have been acknowledged in all."""
        while len(self.acknowledged) < count:
            assert not burst.done(), burst
            await asyncio.sleep(0.005)

    async def retry(self) -> int:
        """Send again, with its key, whatever has not been acknowledged, until it is. Gives how many there were."""
        lost = sorted(self.sent.keys() - self.acknowledged.keys())
        give_up = time.monotonic() + _RETRY_SECONDS
        async with http_client(self._url) as http:
            for key in lost:
                while not await self._try(http, key):
                    assert time.monotonic() < give_up, f"no success in time; {self.statuses}"
                    await asyncio.sleep(_PAUSE_SECONDS)
        self.retried += len(lost)
        return len(lost)

    async def assert_some_are_replayed(self, chance: random.Random) -> None:
        """What was acknowledged before answers the same again."""
        known = sorted(self.acknowledged.items())
        async with http_client(self._url) as http:
            for key, made in chance.sample(known, min(5, len(known))):
                before = self.replayed
                give_up = time.monotonic() + _RETRY_SECONDS
                while not await self._try(http, key):
                    assert time.monotonic() < give_up, f"no success in time; {self.statuses}"
                    await asyncio.sleep(_PAUSE_SECONDS)
                assert self.replayed == before + 1, "it was done again"
                assert self.acknowledged[key] == made

    async def _try(self, http: httpx2.AsyncClient, key: str) -> bool:
        """Send one; whether it was acknowledged."""
        try:
            answer = await http.post(
                self._path,
                headers={**self._headers, "Idempotency-Key": key},
                json=self.sent[key],
            )
        except httpx2.TransportError:
            return False
        self.statuses[answer.status_code] += 1
        if answer.status_code == self._made:
            self.acknowledged[key] = answer.json()[self._id_field]
            self.replayed += "Idempotent-Replayed" in answer.headers
            return True
        # While something is away a server says so, or that the first request is still at work; never that it is a bug.
        assert_outage(answer)
        return False


class Worker:
    """A worker of the operator: it claims jobs and completes them, each for a price of its own."""

    def __init__(self, demo: Demo, seed: int) -> None:
        self._url = demo.url
        self._headers = demo.operator
        self._chance = random.Random(seed)
        self._open: dict[str, dict[str, Any]] = {}
        self.charged: dict[str, int] = {}
        """What each job that was acknowledged as completed was charged."""
        self.statuses: Counter[int] = Counter()
        self.retried = 0
        self.replayed = 0

    async def burst(self, strike: asyncio.Event) -> None:
        """Claim and complete until the strike."""
        async with http_client(self._url) as http:
            while not strike.is_set():
                await self._claim(http)
                await self._complete(http)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def retry(self) -> int:
        """Report again, until it is acknowledged, what has not been. Gives how many there were."""
        lost = len(self._open)
        give_up = time.monotonic() + _RETRY_SECONDS
        async with http_client(self._url) as http:
            while self._open:
                await self._complete(http)
                assert time.monotonic() < give_up, f"no success in time; {self.statuses}"
                await asyncio.sleep(_PAUSE_SECONDS)
        self.retried += lost
        return lost

    async def _claim(self, http: httpx2.AsyncClient) -> None:
        # The longest lease, so that no outage takes a job away that this worker knows of.
        body = {"workerId": "w1", "formats": ["video_remix"], "leaseSeconds": 900, "max": 5}
        answer = await self._post(http, "/ops/v1/jobs/claim", body)
        if answer is None:
            return
        for item in answer.json()["items"]:
            self._open[item["jobId"]] = {
                "workerId": "w1",
                "claimToken": item["claimToken"],
                "creditsCharged": self._chance.randint(0, 120),
                "assets": [],
            }

    async def _complete(self, http: httpx2.AsyncClient) -> None:
        for job_id, body in list(self._open.items()):
            answer = await self._post(http, f"/ops/v1/jobs/{job_id}/complete", body)
            if answer is not None:
                self.replayed += "Idempotent-Replayed" in answer.headers
                assert answer.json()["creditsCharged"] == body["creditsCharged"]
                self.charged[job_id] = body["creditsCharged"]
                del self._open[job_id]

    async def _post(
        self, http: httpx2.AsyncClient, path: str, body: dict[str, Any]
    ) -> httpx2.Response | None:
        try:
            answer = await http.post(path, json=body, headers=self._headers)
        except httpx2.TransportError:
            return None
        self.statuses[answer.status_code] += 1
        if answer.status_code == 200:
            return answer
        assert_outage(answer)
        return None


def assert_outage(answer: httpx2.Response) -> None:
    """It says that something is away or still at work, and nothing else."""
    assert answer.status_code == 503 or (
        answer.status_code == 409 and "IDEMPOTENCY_IN_PROGRESS" in answer.text
    ), (answer.status_code, answer.text)


@asynccontextmanager
async def http_client(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with limits that a busy machine keeps."""
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        yield http
