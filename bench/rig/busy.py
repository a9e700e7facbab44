"""A busy partner and its workers, in a process of their own: ``python -m rig.busy``, with a plan as JSON.

It says a line when it has warmed up, goes on until its standard input ends, and says at its end what it did since then.
Clients start jobs, each the next as soon as it is answered, while not too many wait. Workers claim some and complete
them. So what is measured is pairs of both.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import uvloop

from rig.command import MeasurementError
from rig.exchange import Answer, Exchange, post

_BENCH = Path(__file__).resolve().parent.parent
_WARM_UP_SECONDS = 2.0
_MOST_SECONDS = 300.0
_STOP_SECONDS = 90.0
_LEASE_SECONDS = 900
_WAIT_SECONDS = 1
_CHARGED_CREDITS = 40
_OK = 200
BODY = {"tiktokVideoId": "7301234567890123456"}
Completing = Literal["each at once", "one by one", "in bulk"]


class Plan(msgspec.Struct, frozen=True):
    """Who does what."""

    port: int
    posts: list[tuple[str, str]]
    """Where jobs are started, and with which key, taken in turn."""
    clients: int
    workers: int
    worker_token: str
    completing: Completing = "each at once"
    """How a worker reports what it has claimed: together, in a request of its own each; one after the other; or in one
    request."""
    claimed: int = 8
    """So many jobs a worker claims at a time."""
    most_waiting: int | None = 500
    """While more jobs than this wait for a worker, none is started."""


class Done(msgspec.Struct, frozen=True):
    """What was done after the warm-up."""

    seconds: float
    starts: int
    claims: int
    completes: int
    refused: dict[str, int]
    """Other answers than those that were hoped for, by what was asked for and their status."""
    start_milliseconds: float
    complete_milliseconds: float
    processor_seconds: float


def refusals(done: Done) -> str:
    """Return the answers that were not hoped for, in a few words."""
    return ", ".join(f"{what}: {count:,}" for what, count in done.refused.items()) or "none"


class _Load:
    """Counts, and knows how many jobs wait."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._requests = itertools.cycle([post(path, key, BODY) for path, key in plan.posts])
        self._worker_names = itertools.count(1)
        self._waiting = 0
        self._fewer_wait = asyncio.Event()
        self._stopped = False
        self.forget()

    def forget(self) -> None:
        """Count from now on."""
        self._began = time.perf_counter()
        self._processor = time.process_time()
        self._counts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def stop(self) -> Done:
        """Let everybody finish what is under way; return what was done."""
        self._stopped = True
        self._fewer_wait.set()
        return Done(
            seconds=time.perf_counter() - self._began,
            starts=self._counts["start"],
            claims=self._counts["claim"],
            completes=self._counts["job completed"],
            refused=dict(self._refused),
            start_milliseconds=self._mean_milliseconds("start"),
            complete_milliseconds=self._mean_milliseconds("complete"),
            processor_seconds=time.process_time() - self._processor,
        )

    def _mean_milliseconds(self, what: str) -> float:
        count = self._counts[what] + sum(
            n for name, n in self._refused.items() if name.startswith(what)
        )
        return self._seconds[what] * 1000 / max(1, count)

    async def start_jobs(self) -> None:
        """Be one of the clients."""
        exchange = await Exchange.open(self._plan.port)
        while not self._stopped:
            if self._plan.most_waiting is not None and self._waiting >= self._plan.most_waiting:
                self._fewer_wait.clear()
                await self._fewer_wait.wait()
                continue
            if (await self._send("start", exchange, next(self._requests))).done:
                self._waiting += 1
        exchange.close()

    async def work(self) -> None:
        """Be one of the workers."""
        plan, worker_id = self._plan, f"worker-{next(self._worker_names)}"
        exchanges = [await Exchange.open(plan.port) for _ in range(plan.claimed)]
        claim = self._post(
            "claim",
            workerId=worker_id,
            formats=["video_remix"],
            leaseSeconds=_LEASE_SECONDS,
            max=plan.claimed,
            waitSeconds=_WAIT_SECONDS,
        )
        while not self._stopped:
            answer = await self._send("claim", exchanges[0], claim)
            jobs = json.loads(answer.body)["items"] if answer.done else []
            if not jobs:
                continue
            self._waiting -= len(jobs)
            self._fewer_wait.set()
            await self._complete(worker_id, jobs, exchanges)
        for exchange in exchanges:
            exchange.close()

    async def _complete(
        self, worker_id: str, jobs: list[dict[str, str]], exchanges: list[Exchange]
    ) -> None:
        reports = [
            {
                "claimToken": job["claimToken"],
                "creditsCharged": _CHARGED_CREDITS,
                "assets": [],
            }
            for job in jobs
        ]
        if self._plan.completing == "in bulk":
            items = [
                {"jobId": job["jobId"], **report} for job, report in zip(jobs, reports, strict=True)
            ]
            request = self._post("complete", workerId=worker_id, items=items)
            answer = await self._send("complete", exchanges[0], request)
            for item in json.loads(answer.body)["items"] if answer.done else []:
                if item["status"] == _OK:
                    self._counts["job completed"] += 1
                else:
                    self._refused[f"complete, one of several {item['status']}"] += 1
            return

        async def complete(place: int, exchange: Exchange) -> None:
            request = self._post(
                f"{jobs[place]['jobId']}/complete", workerId=worker_id, **reports[place]
            )
            if (await self._send("complete", exchange, request)).done:
                self._counts["job completed"] += 1

        if self._plan.completing == "each at once":
            await asyncio.gather(*(complete(n, exchanges[n]) for n in range(len(jobs))))
        else:
            for place in range(len(jobs)):
                await complete(place, exchanges[0])

    def _post(self, path: str, **body: object) -> bytes:
        return post(f"/ops/v1/jobs/{path}", self._plan.worker_token, body)

    async def _send(self, what: str, exchange: Exchange, request: bytes) -> Answer:
        asked = time.perf_counter()
        answer = await exchange.send(request)
        self._seconds[what] += time.perf_counter() - asked
        if answer.done:
            self._counts[what] += 1
        else:
            self._refused[f"{what} {answer.status}"] += 1
        return answer


async def _run(plan: Plan) -> Done:
    load = _Load(plan)
    tasks = [asyncio.create_task(load.start_jobs()) for _ in range(plan.clients)]
    tasks += [asyncio.create_task(load.work()) for _ in range(plan.workers)]
    told = asyncio.create_task(asyncio.to_thread(sys.stdin.buffer.read))
    # A task that ends before it is told to has failed.
    await asyncio.wait([*tasks, told], timeout=_WARM_UP_SECONDS, return_when="FIRST_COMPLETED")
    load.forget()
    print("warm", flush=True)
    await asyncio.wait([*tasks, told], timeout=_MOST_SECONDS, return_when="FIRST_COMPLETED")
    done = load.stop()
    await asyncio.gather(*tasks)
    return done


class Busy:
    """The process, while it is at work."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def end(self) -> Done:
        """Stop it; return what it did.

        Raises:
            MeasurementError: it failed.
        """
        try:
            # Closes its standard input, which tells it to stop.
            said, _ = self._process.communicate(timeout=_STOP_SECONDS)
            return msgspec.json.decode(said, type=Done)
        except (subprocess.TimeoutExpired, msgspec.DecodeError) as error:
            raise MeasurementError("the busy partner failed") from error


@contextlib.contextmanager
def busy_partner(plan: Plan) -> Iterator[Busy]:
    """Start the process; the block begins when it has warmed up.

    Raises:
        MeasurementError: it failed.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "rig.busy"],
        cwd=_BENCH,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(plan) + b"\n")
        process.stdin.flush()
        if process.stdout.readline() != b"warm\n":
            raise MeasurementError("the busy partner does not start")
        yield Busy(process)
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    done = uvloop.run(_run(msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)))
    sys.stdout.buffer.write(msgspec.json.encode(done))
