"""The `layers` command: its help, settings, databases, first operator and workers."""

from __future__ import annotations

import asyncio
import inspect
import re
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.support.commanding import Run
from tests.support.databases import DatabaseUrls, make_database
from tests.support.serving import Service, layers, passable_folder, wait_until
from tests.support.tenants import Wallet, job_start, make_partner

from partner_api.commands.application import app
from partner_api.database.connection import connect
from partner_api.jobs import store as job_store
from partner_api.settings.table import SETTINGS

KEYS = f"k1:{secrets.token_hex(32)}"


@pytest.fixture
def database(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


def commands() -> list[list[str]]:
    """Every command and group of commands, by what is typed for it."""

    def below(command: object, typed: list[str]) -> Iterator[list[str]]:
        yield typed
        for name, child in getattr(command, "commands", {}).items():
            yield from below(child, [*typed, name])

    return list(below(typer.main.get_command(app), []))


class TestHelp:
    @pytest.mark.parametrize("command", commands(), ids=lambda typed: " ".join(typed) or "layers")
    def test_every_command_explains_itself(self, run: Run, command: list[str]) -> None:
        result = run(*command, "--help")
        assert (result.status, result.errors) == (0, "")
        assert "Usage: layers" in result.output
        described = re.search(r"Usage:[^\n]*\n\s*\n\s+\w.*[.:\w]\s*\n", result.output)
        assert described, "a command says what it does"
        assert run(*command, "-h").output == result.output

    def test_nothing_typed_is_a_question(self, run: Run) -> None:
        result = run()
        assert result.status == 2
        assert "Usage: layers" in result.output + result.errors

    @pytest.mark.parametrize(
        "typed",
        [
            "nothing-known",
            "serve --nothing-known",
            "serve --port eight",
            "ops credits grant org_1",
            "reconcile --tenant 9223372036854775808",
        ],
    )
    def test_misuse_is_status_2(self, run: Run, typed: str) -> None:
        result = run(*typed.split())
        assert result.status == 2
        assert "Usage: layers" in result.errors

    def test_the_version(self, run: Run) -> None:
        assert re.fullmatch(r"layers \d+\.\d+\.\d+\n", run("--version").output)

    def test_the_installed_command_and_the_module_are_the_same(self) -> None:
        program = shutil.which("layers", path=str(Path(sys.executable).parent))
        assert program is not None
        asked = layers("--version")
        assert asked.returncode == 0
        assert layers("--version", program=program).stdout == asked.stdout


class TestSettings:
    def test_all_are_listed_without_secrets(self, run: Run) -> None:
        hidden = ("owner-password", "app-password", "ab" * 32, "lpo_" + "0" * 16 + "_" + "s" * 43)
        result = run(
            "settings",
            DATABASE_URL="postgresql://app:app-password@db.example/layers",
            LAYERS_MIGRATION_DATABASE_URL="postgresql://owner:owner-password@db.example/layers",
            LAYERS_SECRET_KEYS=f"main:{hidden[2]}",
            LAYERS_OPERATOR_TOKEN=hidden[3],
            LAYERS_PORT="8123",
            COLUMNS="300",
        )
        assert result.status == 0
        for setting in SETTINGS:
            assert setting.variable in result.output
        for secret in hidden:
            assert secret not in result.output + result.errors
        assert "main:" in result.output
        assert "8123" in result.output

    def test_what_cannot_be_used_is_said_in_one_line_each(self, run: Run) -> None:
        result = run("settings", LAYERS_PORT="0", LAYERS_DEVELOPMENT="perhaps")
        assert result.status == 1
        assert re.search(r"LAYERS_PORT is '0', but .*\nLAYERS_DEVELOPMENT is", result.errors)

    def test_a_variable_that_nothing_reads_is_named(self, run: Run, database: DatabaseUrls) -> None:
        result = run("db", "status", DATABASE_URL=database.app, LAYERS_PROT="8001")
        assert result.status == 0
        assert result.errors == "layers: LAYERS_PROT is set, but there is no such setting.\n"


class TestDatabase:
    def test_migrate_and_status(self, run: Run, database_urls: DatabaseUrls) -> None:
        with make_database(database_urls, migrated=False) as urls:
            both = {"DATABASE_URL": urls.app, "LAYERS_MIGRATION_DATABASE_URL": urls.owner}
            empty = run("db", "status", **both)
            assert empty.status == 1
            assert "none (this version: 0" in empty.output
            assert empty.errors == "Run `layers db migrate`.\n"
            for _ in range(2):
                migrated = run("db", "migrate", **both)
                assert migrated.status == 0
                assert re.fullmatch(r"The database is at schema revision \d+\.\n", migrated.output)
            current = run("db", "status", **both)
            assert (current.status, current.errors) == (0, "")
            assert "may not write balances itself" in _one_line(current.output)

    def test_one_role_for_everything_works_and_is_said(
        self, run: Run, database_urls: DatabaseUrls
    ) -> None:
        with make_database(database_urls, migrated=False) as urls:
            assert run("db", "migrate", DATABASE_URL=urls.owner).status == 0
            status = run("db", "status", DATABASE_URL=urls.owner)
            assert status.status == 0
            assert "one role for everything: set LAYERS_MIGRATION_DATABASE_URL" in _one_line(
                status.output
            )
            assert ":p" not in status.output

    def test_the_server_s_role_alone_is_not_taken_for_one_that_does_everything(
        self, run: Run, database_urls: DatabaseUrls
    ) -> None:
        # A server gets no URL of the owner.
        status = run("db", "status", DATABASE_URL=database_urls.app)
        assert (status.status, status.errors) == (0, "")
        assert "may not write balances itself" in _one_line(status.output)

    def test_a_role_without_rights_is_told_what_is_missing(
        self, run: Run, database_urls: DatabaseUrls
    ) -> None:
        with make_database(database_urls, migrated=False) as urls:
            result = run("db", "migrate", DATABASE_URL=urls.app)
        assert result.status == 1
        assert re.fullmatch(
            r"layers: The database refuses: permission denied .*LAYERS_MIGRATION_DATABASE_URL.*\n",
            result.errors,
        )


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


class TestBootstrap:
    def test_it_makes_the_first_operator_only(self, run: Run, database: DatabaseUrls) -> None:
        settings = {"DATABASE_URL": database.app, "LAYERS_SECRET_KEYS": KEYS}
        first = run("ops", "bootstrap", "--name", "Ada", **settings)
        assert first.status == 0
        assert re.fullmatch(r"lpo_[0-9A-Z]{16}_[\w-]{43}\n", first.output)
        assert "shown once" in first.errors
        second = run("ops", "bootstrap", **settings)
        assert (second.status, second.output) == (1, "")
        assert "There is an operator already. Ask an operator" in second.errors
        row = asyncio.run(_fetch(database.app, "SELECT name, role FROM operators"))
        assert [tuple(found) for found in row] == [("Ada", "admin")]


class TestWorker:
    def test_workers_do_what_is_due_until_they_are_stopped(self, database: DatabaseUrls) -> None:
        wallet = asyncio.run(_start_overdue_job(database.app))
        with ExitStack() as stack:
            workers = []
            for _ in range(2):
                home = stack.enter_context(passable_folder())
                worker = Service(home, "worker", DATABASE_URL=database.app, LAYERS_SECRET_KEYS=KEYS)
                stack.callback(worker.end)
                worker.launch()
                workers.append(worker)
            # From then on a stop is an orderly one.
            wait_until(lambda: all("sweeps_started" in worker.errors for worker in workers))
            wait_until(lambda: _reserved(database.app, wallet) == 0)
            (job,) = asyncio.run(_fetch(database.app, "SELECT status, error_code FROM jobs"))
            assert tuple(job) == ("failed", "EXPIRED")
            assert workers[0].interrupt() == 0
            assert workers[1].stop(signal.SIGTERM) == 0
            for worker in workers:
                assert "Traceback" not in worker.errors
                assert "sweep_failed" not in worker.errors

    def test_without_a_database(self, run: Run, tmp_path: Path) -> None:
        refused = run("worker", LAYERS_DATA_DIR=str(tmp_path / "data"))
        assert refused.status == 1
        assert "start it with `layers serve`" in refused.errors
        assert not (tmp_path / "data").exists()


async def _start_overdue_job(url: str) -> Wallet:
    connection = await connect(url)
    try:
        now = datetime.now(UTC) - timedelta(days=2)
        wallet = await make_partner(connection, now=now, prepaid=100)
        job = job_start(wallet, 60, now=now)
        (outcome,) = await job_store.start_jobs(connection, wallet.tenant_id, now, [job])
        assert outcome.status == "done"
        return wallet
    finally:
        await connection.close()


def _reserved(url: str, wallet: Wallet) -> int:
    statement = "SELECT reserved FROM wallets WHERE organization_id = $1"
    ((reserved,),) = asyncio.run(_fetch(url, statement, wallet.organization_id))
    return int(reserved)


async def _fetch(url: str, statement: str, *arguments: object) -> list[Any]:
    connection = await connect(url)
    try:
        return list(await connection.fetch(statement, *arguments))
    finally:
        await connection.close()


def test_help_breaks_no_line_in_a_terminal_of_80_columns() -> None:
    too_long = [
        line
        for help_text in _helps(typer.main.get_command(app))
        for line in help_text.partition("\n\n")[2].splitlines()
        if len(line) > 78
    ]
    assert too_long == []


def _helps(command: Any) -> Iterator[str]:
    yield inspect.cleandoc(command.help or "")
    for below in getattr(command, "commands", {}).values():
        yield from _helps(below)
