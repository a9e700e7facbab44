"""A served API on loopback, for the time of a measurement."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from partner_api.crypto import SecretKeys
from partner_api.processes.startup import prepare_database, run_with_database
from partner_api.settings.table import load_settings
from rig import routes
from rig.command import MeasurementError
from rig.readiness import wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.database.location import DatabaseLocation

HOST = "127.0.0.1"
_BENCH = Path(__file__).resolve().parent.parent
_STOP_SECONDS = 15
_SHOWN_BYTES = 2000
_COUNTER = re.compile(
    r'^(?P<name>\w+)\{[^}]*function="(?P<function>[\w.]+)"[^}]*\} (?P<count>\S+)$', re.MULTILINE
)


def api_environment(location: DatabaseLocation) -> dict[str, str]:
    """Return the variables of a server on this database: the defaults, and a key of its own."""
    return {
        "DATABASE_URL": location.application_url,
        "LAYERS_MIGRATION_DATABASE_URL": location.owner_url,
        "LAYERS_SECRET_KEYS": f"bench:{secrets.token_hex(32)}",
        "LAYERS_LOG_FORMAT": "json",
        "LAYERS_HOST": HOST,
        # All clients come from one address, and some routes are measured without a key.
        "LAYERS_MAX_CONNECTIONS": "4000",
        "LAYERS_MAX_CONNECTIONS_PER_ADDRESS": "4000",
    }


class Api:
    """A running server.

    It logs as it would in production; ``forget_log`` keeps the file from growing.
    """

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self._log = log

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://{HOST}:{self.port}{path}"

    def forget_log(self) -> None:
        """Empty the server's log."""
        os.truncate(self._log, 0)

    def counts_by_function(self, name: str) -> dict[str, float]:
        """Return a counter of ``/metrics`` for each money function; empty when there is none of this name."""
        with httpx2.Client(trust_env=False) as client:
            text = client.get(self.url("/metrics")).raise_for_status().text
        return {
            match["function"]: float(match["count"])
            for match in _COUNTER.finditer(text)
            if match["name"] == name
        }

    def peak_memory_bytes(self) -> int:
        """Ask the API process how much memory it has had at most."""
        with httpx2.Client(trust_env=False) as client:
            return int(client.get(self.url(routes.MEMORY)).raise_for_status().json()["peak_bytes"])


@contextlib.contextmanager
def served_api(location: DatabaseLocation, environment: dict[str, str]) -> Iterator[Api]:
    """Run the API in one worker process, as ``layers serve`` does, until the block ends.

    Raises:
        MeasurementError: it does not start.
    """
    settings = load_settings(environment)
    assert settings.secret_keys is not None
    run_with_database(
        prepare_database(
            settings, location, SecretKeys.parse(settings.secret_keys), migrate_first=False
        )
    )
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="layers-bench-") as folder:
        log = Path(folder, "log")
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "rig.serving"],
                cwd=_BENCH,
                env={**inherited(), **environment, "LAYERS_PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C is for the measurement, which stops the server when it is done with it.
                start_new_session=True,
            )
        try:
            if not _ready(process, port):
                said = log.read_bytes()[-_SHOWN_BYTES:].decode(errors="replace")
                raise MeasurementError(f"the server does not start; it says:\n{said}")
            yield Api(port, log)
        finally:
            stop_process(process)


def _ready(process: subprocess.Popen[bytes], port: int) -> bool:
    # Waiting for a process that has ended would take a minute.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)
        return False
    return wait_until_ready(HOST, port)


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Let a process end in order; kill it, with what it has started, when it does not."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def inherited() -> dict[str, str]:
    """Leave out what would make the server another one than is measured."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LAYERS_") and name != "DATABASE_URL"
    }
