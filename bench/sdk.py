"""The client libraries: requests a second beside the bare clients, time to import, and size of the bundle."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from rig import library_spells as spells
from rig.api import api_environment, served_api
from rig.command import CONSOLE, MAX_SECONDS, MeasurementError, run
from rig.database import temporary_database
from rig.library_spells import PACKAGE, Asked
from rig.report import Goal, judged, number, show
from rig.tenants import make_key, make_partner

if TYPE_CHECKING:
    from collections.abc import Callable

    from rig.api import Api

_OF_BARE = Goal(at_least=0.8)
_BUNDLE_KB = Goal(at_most=12)
_ROUNDS = 5
_IMPORTS = 11
_AT_ONCE = 16
_BUILD_SECONDS = 60
# What uses one resource, as a page of a customer's would.
_ONE_RESOURCE = """
import { Layers } from "@layers/partner";
console.log(await new Layers().leasedAccounts.list({ projectId: "prj_1" }));
"""


class _Pair(NamedTuple):
    name: str
    library: Callable[[Asked], float]
    bare: Callable[[Asked], float]
    at_once: int


_PYTHON = (
    _Pair("Layers, httpx2", spells.layers, spells.bare_httpx2, 1),
    _Pair("AsyncLayers, httpx2", spells.async_layers, spells.bare_async_httpx2, _AT_ONCE),
)
_TYPESCRIPT = (
    _Pair("TypeScript, fetch", spells.typescript, spells.bare_fetch, 1),
    _Pair("TypeScript, fetch", spells.typescript, spells.bare_fetch, _AT_ONCE),
)


def main(
    seconds: Annotated[
        float, typer.Option(min=1, max=MAX_SECONDS, help="How long each figure is measured.")
    ] = 5.0,
) -> None:
    """Measure the libraries, each beside the bare client that it stands on, in turn and against the same server.

    It starts a PostgreSQL and an API process of its own, on loopback, in a temporary folder. What needs Node is left
    out where there is none, or the TypeScript library is not built (npm ci && npm run build in sdk/typescript).
    """
    has_node = spells.node_program() is not None
    with temporary_database(durable=False) as location:
        environment = api_environment(location)
        key = asyncio.run(_make_key(location.application_url, environment["LAYERS_SECRET_KEYS"]))
        with served_api(location, environment) as api:
            pairs = (*_PYTHON, *_TYPESCRIPT) if has_node else _PYTHON
            _show_rates([_measure(api, key, pair, seconds) for pair in pairs], pairs)
    _show_imports()
    if has_node:
        CONSOLE.print(f"Bundle with one resource, min+gz: {judged(_bundle_kb(), _BUNDLE_KB)} kB")
    else:
        CONSOLE.print("TypeScript was left out: there is no Node, or sdk/typescript is not built.")


async def _make_key(url: str, secret_keys: str) -> str:
    connection = await connect(url)
    try:
        now = Clock().now()
        partner = await make_partner(connection, now)
        return await make_key(connection, now, partner, SecretKeys.parse(secret_keys))
    finally:
        await connection.close()


def _measure(api: Api, key: str, pair: _Pair, seconds: float) -> list[tuple[float, float]]:
    """Measure both in turn, several times: what else the machine does meanwhile meets each of them."""
    asked = Asked(api.url(""), key, seconds / _ROUNDS, pair.at_once)
    found = []
    with CONSOLE.status(f"{pair.name}, {pair.at_once} at once …"):
        for _ in range(_ROUNDS):
            found.append((pair.library(asked), pair.bare(asked)))
            api.forget_log()
    return found


def _show_rates(found: list[list[tuple[float, float]]], pairs: tuple[_Pair, ...]) -> None:
    rows = []
    for pair, rounds in zip(pairs, found, strict=True):
        # Compared within each round, where the machine was the same.
        ratio = median(library / bare for library, bare in rounds)
        rows.append(
            [
                pair.name,
                str(pair.at_once),
                *(number(median(rates)) for rates in zip(*rounds, strict=True)),
                judged(ratio, _OF_BARE),
            ]
        )
    show(
        f"Reads of {spells.PATH}",
        ["library, what it stands on", "at once", "library, requests/s", "bare", "ratio"],
        rows,
    )


def _show_imports() -> None:
    """Import each in new processes, in turn."""
    library, bare = (
        [_import_milliseconds(name) for _ in range(_IMPORTS)]
        for name in ("layers_partner", "httpx2")
    )
    ratio = median(one / other for one, other in zip(library, bare, strict=True))
    show(
        "Time to import",
        ["package", "milliseconds", "of httpx2"],
        [
            ["layers_partner", number(median(library)), number(ratio)],
            ["httpx2", number(median(bare)), "1"],
        ],
    )


def _import_milliseconds(package: str) -> float:
    code = (
        "from time import perf_counter as now\n"
        f"began = now()\nimport {package}\nprint((now() - began) * 1000)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    return float(said.stdout)


def _bundle_kb() -> float:
    """Bundle a program that uses one resource, and return what a browser would be sent.

    Raises:
        MeasurementError: it cannot be bundled.
    """
    # In the package, whose name it can then import.
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=PACKAGE) as folder:
        entry = Path(folder, "entry.mjs")
        entry.write_text(_ONE_RESOURCE)
        esbuild = PACKAGE / "node_modules" / ".bin" / "esbuild"
        command = [
            str(esbuild),
            str(entry),
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2022",
        ]
        try:
            bundle = subprocess.run(
                command, capture_output=True, check=True, timeout=_BUILD_SECONDS
            ).stdout
        except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise MeasurementError("esbuild could not bundle the TypeScript library") from error
    return len(gzip.compress(bundle)) / 1000


if __name__ == "__main__":
    run(main)
