"""A whole server on loopback, with all its parts and the demo, for the time of a measurement."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from partner_api.demo.credentials import read_demo_secrets
from partner_api.processes.run_folder import live_run_folders
from partner_api.processes.status import read_status
from rig.api import HOST, free_port, inherited
from rig.command import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.processes.status import PartStatus

_START_SECONDS = 120
_STOP_SECONDS = 60
_ANSWER_SECONDS = 30
_SHOWN_BYTES = 2000


class Whole:
    """A running server with one process that answers requests."""

    def __init__(self, port: int, pid: int, data_dir: Path, log: Path) -> None:
        self.port = port
        self.pid = pid
        self._log = log
        secrets = read_demo_secrets(data_dir)
        assert secrets is not None
        self.partner_key = secrets.partner_key
        self.operator_token = secrets.operator_token
        self._data_dir = data_dir

    @property
    def api_pid(self) -> int:
        """The process that answers requests now.

        Raises:
            MeasurementError: there is none.
        """
        for part in self.parts:
            if part.kind == "api" and part.pid is not None:
                return part.pid
        raise MeasurementError("no process answers requests")

    @property
    def parts(self) -> list[PartStatus]:
        """Its parts, as the supervisor sees them."""
        statuses = map(read_status, live_run_folders(self._data_dir))
        return [part for status in statuses if status is not None for part in status.parts]

    def send(self, method: str, path: str, key: str, body: dict[str, Any] | None = None) -> Any:
        """Send a request, and give the answer's JSON.

        Raises:
            httpx2.HTTPError: there was none, or it is an error.
        """
        answer = httpx2.request(
            method,
            f"http://{HOST}:{self.port}{path}",
            headers={"Authorization": f"Bearer {key}"},
            json=body,
            trust_env=False,
            timeout=_ANSWER_SECONDS,
        )
        return answer.raise_for_status().json()

    def forget_log(self) -> None:
        """Empty the server's log."""
        os.truncate(self._log, 0)


@contextlib.contextmanager
def whole_server() -> Iterator[Whole]:
    """Run ``layers serve --demo --render`` with a PostgreSQL of its own until the block ends.

    Raises:
        MeasurementError: it does not start.
    """
    # Started by root, PostgreSQL runs as another account, which has to get in.
    folder = Path(tempfile.mkdtemp(prefix="layers-bench-"))
    folder.chmod(0o711)
    port, log, said = free_port(), folder / "log", folder / "said"
    variables = {
        "LAYERS_HOST": HOST,
        "LAYERS_PORT": str(port),
        "LAYERS_DATA_DIR": str(folder / "data"),
        "LAYERS_DEVELOPMENT": "true",
        "LAYERS_LOG_FORMAT": "json",
    }
    try:
        with log.open("ab") as errors, said.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "partner_api", "serve", "--demo", "--render"],
                env={**inherited(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                # Ctrl-C is for the measurement, which stops the server when it is done with it.
                start_new_session=True,
            )
        try:
            _wait_until_started(process, said, log)
            yield Whole(port, process.pid, folder / "data", log)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_started(process: subprocess.Popen[bytes], said: Path, log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while b"Stop with Ctrl-C." not in said.read_bytes():
        if process.poll() is not None or time.monotonic() > give_up:
            last = log.read_bytes()[-_SHOWN_BYTES:].decode(errors="replace")
            raise MeasurementError(f"the server does not start; it says:\n{last}")
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        # Its parts end with it.
        process.kill()
        process.wait()
