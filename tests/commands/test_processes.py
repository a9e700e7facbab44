"""Real commands, a real server: stopped while they wait, with a full disk, on a terminal that knows ASCII only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import signal
import subprocess
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.commands.conftest import TOKEN
from tests.support.databases import make_database
from tests.support.serving import LAYERS, Service, environment, layers, passable_folder, wait_until

from embedded_postgres import EmbeddedPostgres
from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from tests.commands.sham import Sham
    from tests.support.commanding import Run
    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection

FULL = "layers: The output cannot be written: No space left on device."
# A terminal that knows nothing else, and a locale that says so of arguments too.
ASCII: dict[str, Any] = {
    **{"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
    **{"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
SECRET_KEYS = f"k1:{'ab' * 32}"


@pytest.fixture(scope="module")
def server(started_before: Path) -> Iterator[Service]:
    """A demo server that all these tests use."""
    with passable_folder() as home:
        service = Service(home, "serve", "--demo", LAYERS_DEVELOPMENT="true")
        service.begin_on_copy_of(started_before)
        try:
            service.start()
            yield service
        finally:
            service.end()


@pytest.fixture(scope="module")
def settings(server: Service) -> dict[str, Any]:
    """Of a command that talks to the server."""
    return {"LAYERS_URL": server.base_url, "LAYERS_DATA_DIR": str(server.data_dir)}


@pytest.fixture
def printed(run: Run, settings: dict[str, Any]) -> Callable[..., Any]:
    """Return what a command prints as JSON, which is run in this process."""

    def printed(*words: str) -> Any:
        ended = run(*words, **settings)
        assert ended.errors == ""
        return ended.json

    return printed


@pytest.fixture
def partner(printed: Callable[..., Any]) -> str:
    """The id of a new partner."""
    return str(printed("ops", "partners", "create", "Kiln")["id"])


def into_a_full_disk(*words: str, **variables: str) -> tuple[int, str]:
    """Run a command that cannot print; its status and what it says about that."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = subprocess.run(
            [*LAYERS, *words],
            env=environment({"LAYERS_LOG_LEVEL": "error", **variables}),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr


def named(errors: str) -> list[str]:
    """The words of the command that standard error names."""
    words = shlex.split(errors.splitlines()[-1])
    assert words[0] == "layers"
    return words[1:]


def test_credits_are_given_once_however_the_command_ends(
    settings: dict[str, Any], printed: Callable[..., Any], partner: str
) -> None:
    words = ("ops", "credits", "grant", partner, "100", "--description", "café")
    status, errors = into_a_full_disk(*words, **settings)
    assert status == 1
    assert errors.startswith(f"{FULL}\nIt was done: ")
    first = printed(*named(errors))
    assert (first["balance"], first["event"]["description"]) == (100, "café")
    again = layers(*words, **ASCII, **settings)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.isascii()
    second = json.loads(again.stdout)
    assert (second["balance"], second["event"]["description"]) == (200, "café")


def test_the_secret_of_a_key_is_not_lost_with_its_answer(
    server: Service, settings: dict[str, Any], printed: Callable[..., Any], partner: str
) -> None:
    words = ("ops", "keys", "create", partner, "--name", "CI", "--scope", "*")
    status, errors = into_a_full_disk(*words, **settings)
    assert status == 1
    secret = printed(*named(errors))["secret"]
    assert server.get("/v1/whoami", secret).json()["organizationId"] == partner
    assert len(printed("ops", "keys", "list", partner, "--json")) == 1


def test_a_command_that_is_stopped_while_it_waits_says_how_to_go_on(
    server: Service, settings: dict[str, Any], printed: Callable[..., Any], partner: str
) -> None:
    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    url = EmbeddedPostgres(server.data_dir).url("owner")
    before = printed("ops", "credits", "grant", partner, "1")["balance"]

    async def stop_them() -> list[subprocess.CompletedProcess[str]]:
        async with _wallets_locked(url) as connection:
            waiting = [
                _start("ops", "credits", "grant", partner, str(number), **settings)
                for number in (1, 20, 300)
            ]
            # PostgreSQL tells nobody when somebody begins to wait for a lock.
            while not await connection.fetchval(_LOCKED):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            for process in waiting:
                await asyncio.to_thread(wait_until, partial(_is_connected, process.pid))
            return [_stop(*each) for each in zip(waiting, stops, strict=True)]

    ended = asyncio.run(stop_them())
    assert [each.returncode for each in ended] == [128 + number for number in stops]
    for each, number in zip(ended, stops, strict=True):
        assert each.stdout == ""
        assert each.stderr.startswith(
            f"layers: Stopped by {number.name}.\nWhether it was done is not known: "
        )
        printed(*named(each.stderr))
    balance = printed("ops", "credits", "grant", partner, "1")["balance"]
    assert balance - before == 321 + 1


def test_a_command_that_is_stopped_before_another_try_says_how_to_go_on(sham: Sham) -> None:
    error = {"code": "UNAVAILABLE", "message": "Later.", "requestId": "req_1"}
    sham.will_answer({"error": error}, status=503)
    sham.retry_after = "50"
    settings = {"LAYERS_URL": sham.url, "LAYERS_OPERATOR_TOKEN": TOKEN}
    waiting = _start("ops", "credits", "grant", "org_1", "5", **settings)
    wait_until(lambda: bool(sham.asked))
    ended = _stop(waiting, signal.SIGINT)
    assert (ended.returncode, ended.stdout) == (130, "")
    said, known, command = ended.stderr.splitlines()
    assert said == "layers: Stopped by SIGINT."
    assert known.startswith("Whether it was done is not known: ")
    assert sham.asked[0].key in command.split()
    assert len(sham.asked) == 1


def test_the_books_are_not_to_blame_for_a_full_disk(settings: dict[str, Any]) -> None:
    assert into_a_full_disk("reconcile", **settings) == (1, f"{FULL}\n")
    development = {**settings, "LAYERS_DEVELOPMENT": "true"}
    status, errors = into_a_full_disk("demo", **development)
    assert status == 1
    assert errors == f"{FULL}\nIt was done; to repeat it is safe:\n  layers demo\n"


def test_a_token_that_cannot_be_printed_is_not_made(
    database_urls: DatabaseUrls, template: str
) -> None:
    with make_database(database_urls, template=template) as urls:
        variables: dict[str, Any] = {
            "DATABASE_URL": urls.app,
            "LAYERS_SECRET_KEYS": SECRET_KEYS,
        }
        status, errors = into_a_full_disk("ops", "bootstrap", **variables)
        assert status == 1
        assert errors.endswith(f"{FULL}\nNo operator was made.\n")
        assert layers("ops", "bootstrap", **variables).stdout.startswith("lpo_")


def test_a_server_that_cannot_announce_itself_serves(
    database_urls: DatabaseUrls, template: str
) -> None:
    full = ("sh", "-c", 'exec "$@" > /dev/full', "sh")
    with make_database(database_urls, template=template) as urls, passable_folder() as home:
        variables: dict[str, Any] = {
            "DATABASE_URL": urls.app,
            "LAYERS_SECRET_KEYS": SECRET_KEYS,
        }
        service = Service(home, "serve", wrapped=full, **variables)
        try:
            service.launch()
            wait_until(lambda: "not_announced" in service.errors or service.ended)
            assert service.get("/readyz").status_code == 200
            assert service.stop() == 0
            assert "Traceback" not in service.errors
        finally:
            service.end()


# A backend that waits for a lock on a row or a transaction.
_LOCKED = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@asynccontextmanager
async def _wallets_locked(url: str) -> AsyncIterator[Connection]:
    """Nobody can change a wallet; gives a connection that can look who waits."""
    holder, watcher = await connect(url), await connect(url)
    try:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("LOCK TABLE wallets IN SHARE MODE")
        yield watcher
        await transaction.rollback()
    finally:
        await holder.close()
        await watcher.close()


def _start(*words: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LAYERS, *words],
        env=environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _stop(
    process: subprocess.Popen[str], number: signal.Signals
) -> subprocess.CompletedProcess[str]:
    process.send_signal(number)
    output, errors = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def _is_connected(pid: int) -> bool:
    """Return whether a process has a socket, so that it has begun to send its request."""
    folder = f"/proc/{pid}/fd"
    for name in os.listdir(folder):
        # It goes on meanwhile, and may have closed what was there a moment ago.
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(f"{folder}/{name}").startswith("socket:"):
                return True
    return False
