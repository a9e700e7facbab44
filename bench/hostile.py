"""One hostile client of each kind, beside a well-behaved one that reads a wallet: what the latter notices."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from partner_api.edge.identity.credentials import mint_api_key
from rig.command import CONSOLE, MeasurementError, run
from rig.hostile import KINDS, Outcome, Plan
from rig.load import Target
from rig.report import Goal, judged, number, show
from rig.steady import Steady, ask_steadily
from rig.whole import Whole, whole_server

_BENCH = Path(__file__).resolve().parent
_MOST_SECONDS = 6.0
_GRACE_SECONDS = 30.0
# Before the next one: so long what is left of a client may still be worked on.
_REST_SECONDS = 2.0
_UNKNOWN_KEYS = 5_000
_OF_ALONE = Goal(at_most=5)
_FAILED = Goal(at_most=0)
_MEMORY_MB = Goal(at_most=300)
_MEGABYTE = 1_000_000
_KILOBYTE = 1_024


class _Spell(NamedTuple):
    """What the well-behaved client met, what became of the hostile one, and the memory of the API process."""

    steady: Steady
    hostile: Outcome | None
    peak_bytes: int


def main(
    rate: Annotated[
        float, typer.Option(min=10, max=1_000, help="Requests a second of the well-behaved client.")
    ] = 350.0,
    seconds: Annotated[
        float, typer.Option(min=1, max=_MOST_SECONDS, help="How long each client is there.")
    ] = _MOST_SECONDS,
    kinds: Annotated[
        str, typer.Option(help="Only hostile clients whose name has this in it.")
    ] = "",
) -> None:
    """Measure what a well-behaved client notices of hostile ones.

    It starts a whole server of its own, on loopback, in a temporary folder. Hostile clients come from a process and
    an address of their own each, in turn.
    """
    if not Path("/proc/self/clear_refs").exists():
        raise MeasurementError("this system does not tell how much memory a process needs at most")
    chosen = [kind for kind in KINDS if kinds in kind]
    if not chosen:
        raise typer.BadParameter(f"choose from: {', '.join(KINDS)}")
    with whole_server() as server:
        target = _make_wallet(server)
        plans = _Plans(server, seconds)
        CONSOLE.print(
            f"GET …/credits of a child, {number(rate)} times a second for {number(seconds)} s. One API process, "
            "with sweeps and rendering beside it."
        )
        _measure(server, target, rate, seconds, None)
        spells = {"alone": _measure(server, target, rate, seconds, None)}
        for place, kind in enumerate(chosen):
            with CONSOLE.status(f"{kind} …"):
                plan = plans.make(f"127.0.0.{place + 2}")
                spells[kind] = _measure(server, target, rate, seconds, (kind, plan))
        spells["alone again"] = _measure(server, target, rate, seconds, None)
    _show(spells)


class _Plans:
    """Creates a partner with limits for each hostile client, and an operator who may only work."""

    def __init__(self, server: Whole, seconds: float) -> None:
        self._server = server
        self._seconds = seconds
        self._made = 0

    def make(self, source: str) -> Plan:
        """Return what a client from this address knows."""
        self._made += 1
        operator = self._server.operator_token
        partner = self._send(
            "/ops/v1/organizations", operator, name="Hostile", rateLimitTier="partner"
        )
        keys = f"/ops/v1/organizations/{partner['id']}/api-keys"
        live, test = (
            self._send(keys, operator, name="Key", scopes=["*", "org:admin"], env=env)["secret"]
            for env in ("live", "test")
        )
        projects = [
            self._send("/v1/projects", key, name="Project", timezone="UTC")["id"]
            for key in (live, test)
        ]
        worker = self._send(
            "/ops/v1/operators", operator, name=f"worker {self._made}", role="worker"
        )
        return Plan(
            port=self._server.port,
            source=source,
            seconds=self._seconds,
            partner_key=live,
            project_path=f"/v1/projects/{projects[0]}",
            test_key=test,
            test_project_path=f"/v1/projects/{projects[1]}",
            worker_token=worker["secret"],
            unknown_keys=[mint_api_key(n + 1, "live").text for n in range(_UNKNOWN_KEYS)],
        )

    def _send(self, path: str, key: str, **body: object) -> dict[str, str]:
        answer: dict[str, str] = self._server.send("POST", path, key, body)
        return answer


def _make_wallet(server: Whole) -> Target:
    (child, *_) = server.send("GET", "/v1/organizations", server.partner_key)["items"]
    return Target(server.port, f"/v1/organizations/{child['id']}/credits", server.partner_key)


def _measure(
    server: Whole, target: Target, rate: float, seconds: float, hostile: tuple[str, Plan] | None
) -> _Spell:
    before = server.api_pid
    _forget_peak(before)
    process = None if hostile is None else _start(*hostile)
    try:
        steady = ask_steadily(target, rate=rate, seconds=seconds)
        outcome = None if process is None else _outcome_of(process)
    finally:
        if process is not None:
            process.kill()
            process.wait()
    peak = _peak_bytes(before) if server.api_pid == before else 0
    time.sleep(_REST_SECONDS)
    server.forget_log()
    return _Spell(steady, outcome, peak)


def _start(kind: str, plan: Plan) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "rig.hostile", kind],
        cwd=_BENCH,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    with process.stdin as plans:
        plans.write(msgspec.json.encode(plan))
    return process


def _outcome_of(process: subprocess.Popen[bytes]) -> Outcome | None:
    """Return what it says at its end; None when it does not end in time."""
    assert process.stdout is not None
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    with process.stdout as said:
        return msgspec.json.decode(said.read(), type=Outcome)


def _forget_peak(pid: int) -> None:
    """Let the system count the most memory of a process from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * _KILOBYTE
    raise MeasurementError("this system does not tell how much memory a process needs at most")


def _show(spells: dict[str, _Spell]) -> None:
    alone = [spells[name].steady.quantile(0.99) for name in ("alone", "alone again")]
    # The machine may have had a slow moment in one of them; the other one is the stricter floor.
    floor = min(alone)
    rows: list[list[str] | None] = []
    for name, spell in spells.items():
        is_hostile = spell.hostile is not None
        p99 = spell.steady.quantile(0.99)
        rows.append(
            [
                name,
                _milliseconds(spell.steady.quantile(0.5)),
                _milliseconds(p99),
                judged(p99 / floor, _OF_ALONE if is_hostile else None),
                judged(spell.steady.failed, _FAILED),
                judged(spell.peak_bytes / _MEGABYTE, _MEMORY_MB) if spell.peak_bytes else "it died",
            ]
        )
    show(
        "A well-behaved client, and the API process, beside hostile ones",
        ["beside", "p50 ms", "p99 ms", "p99 of alone", "failed", "peak MB"],
        rows,
    )
    show(
        "What became of the hostile ones",
        ["client", "connections", "answers by status"],
        [
            [
                name,
                f"{spell.hostile.connections:,}",
                ", ".join(
                    f"{status}: {count:,}"
                    for status, count in sorted(spell.hostile.answers.items())
                ),
            ]
            for name, spell in spells.items()
            if spell.hostile is not None
        ],
    )


def _milliseconds(value: float) -> str:
    return "none" if math.isinf(value) else number(value)


if __name__ == "__main__":
    run(main)
