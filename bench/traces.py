"""The cost of traces: reads and starts of jobs with traces off, of every request, and of one request in a hundred."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Annotated, Final

import httpx2
import typer

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from partner_api.ids import format_id
from partner_api.settings.table import load_settings
from rig.api import api_environment, served_api
from rig.command import CONSOLE, MAX_SECONDS, run
from rig.database import temporary_database
from rig.load import Target, Throughput, generator, load
from rig.posts import Post, load_posts
from rig.report import number, show
from rig.tenants import make_children, make_key, make_partner
from rig.webhooks import receiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from rig.api import Api

_MAX_CLIENTS = 1024
_BODY = {"tiktokVideoId": "7301234567890123456"}
_ON: Final = {"every request": "1", "one in 100": "0.01"}
_SPANS = re.compile(r'^layers_trace_spans_total\{[^}]*outcome="(\w+)"[^}]*\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True)
class _Customers:
    """A partner, and what is asked for it."""

    key: str
    start: Post


def main(
    seconds: Annotated[
        float, typer.Option(min=1, max=MAX_SECONDS, help="How long each figure is measured.")
    ] = 12.0,
    clients: Annotated[
        int, typer.Option(min=1, max=_MAX_CLIENTS, help="Connections that ask again when answered.")
    ] = 64,
    rounds: Annotated[
        int, typer.Option(min=1, max=30, help="Rounds in which all servers are measured in turn.")
    ] = 6,
) -> None:
    """Measure what traces cost, as the rate of a server that traces by that of one that does not.

    It starts a PostgreSQL, three API processes and what stands for a collector, on loopback. The collector is on the
    same machine, and takes of its processors too.
    """
    with contextlib.ExitStack() as stack:
        location = stack.enter_context(temporary_database(durable=True))
        environment = api_environment(location)
        secret_keys = load_settings(environment).secret_keys
        assert secret_keys is not None
        customers = asyncio.run(
            _make_customers(location.application_url, SecretKeys.parse(secret_keys))
        )
        collector = stack.enter_context(receiver())
        servers = {"off": stack.enter_context(served_api(location, environment))}
        for name, share in _ON.items():
            variables = {
                "LAYERS_TRACING": "otlp",
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url("/ok"),
                "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG": share,
            }
            servers[name] = stack.enter_context(served_api(location, {**environment, **variables}))
        CONSOLE.print(f"Load generator: {generator()}. {clients} connections, {rounds} rounds.")
        each = seconds / rounds
        reads = _measure(
            servers,
            rounds,
            lambda api: load(
                Target(api.port, "/v1/credits", customers.key), connections=clients, seconds=each
            ),
        )
        starts = _measure(
            servers,
            rounds,
            lambda api: load_posts(
                api.port, [customers.start], _BODY, connections=clients, seconds=each
            ),
        )
        _show({"reads of a wallet": reads, "starts of jobs, one wallet": starts}, servers)


async def _make_customers(url: str, secret_keys: SecretKeys) -> _Customers:
    now = Clock().now()
    connection = await connect(url)
    try:
        partner = await make_partner(connection, now)
        (child,) = await make_children(connection, now, partner, 1)
        key = await make_key(connection, now, child, secret_keys)
        project = format_id("prj", child.project_id)
        return _Customers(key, Post(f"/v1/projects/{project}/content/video-remix", key))
    finally:
        await connection.close()


def _measure(
    servers: dict[str, Api], rounds: int, ask: Callable[[Api], Throughput]
) -> dict[str, list[Throughput]]:
    """Measure all in turn, so that what else the machine does meets each; a first round only warms up."""
    found: dict[str, list[Throughput]] = {name: [] for name in servers}
    for number_of_round in range(rounds + 1):
        with CONSOLE.status(f"round {number_of_round} of {rounds} …"):
            for name, api in servers.items():
                spell = ask(api)
                api.forget_log()
                if number_of_round:
                    found[name].append(spell)
    return found


def _show(measured: dict[str, dict[str, list[Throughput]]], servers: dict[str, Api]) -> None:
    rows: list[list[str] | None] = []
    for what, found in measured.items():
        for name, spells in found.items():
            ratios = [
                spell.requests_per_second / off.requests_per_second
                for spell, off in zip(spells, found["off"], strict=True)
            ]
            rows.append(
                [
                    f"{what}, {name}",
                    number(median(spell.requests_per_second for spell in spells)),
                    number(median(spell.median_milliseconds for spell in spells)),
                    number(median(ratios)),
                ]
            )
        rows.append(None)
    show("Traces", ["what, traced", "requests/s", "median ms", "of off"], rows)
    show(
        "Spans of each server, in all",
        ["traced", "sent", "failed", "dropped"],
        [[name, *_spans(api)] for name, api in servers.items() if name in _ON],
    )


def _spans(api: Api) -> list[str]:
    with httpx2.Client(trust_env=False) as client:
        text = client.get(api.url("/metrics")).raise_for_status().text
    counts = dict(_SPANS.findall(text))
    return [number(float(counts.get(outcome, 0))) for outcome in ("sent", "failed", "dropped")]


if __name__ == "__main__":
    run(main)
