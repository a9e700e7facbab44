"""`layers ops bootstrap --recover`: whoever owns the database gets back in, and nobody else does.

Against a database of one's own the command runs in this process; with a data folder as a process, as people run it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.support.commanding import Result, running_commands
from tests.support.databases import make_database
from tests.support.serving import Service, layers, passable_folder

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from tests.support.databases import DatabaseUrls

KEYS = f"k1:{secrets.token_hex(32)}"
TOKEN = re.compile(r"lpo_[0-9A-Z]{16}_[\w-]{43}\n")

Bootstrap = Callable[..., Result]


@pytest.fixture
def database(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture(scope="module")
def untouched(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database in which nobody makes anything."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture
def bootstrap(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Bootstrap]:
    with running_commands(monkeypatch, capsys) as run:

        def bootstrap(*options: str, stdout: TextIO | None = None, **settings: str) -> Result:
            variables = {"LAYERS_SECRET_KEYS": KEYS, **settings}
            return run("ops", "bootstrap", *options, stdout=stdout, **variables)

        yield bootstrap


def in_shell(settings: dict[str, str], *options: str) -> Result:
    done = layers("ops", "bootstrap", *options, timeout=300, **settings)
    return Result(done.returncode, done.stdout, done.stderr)


def token_of(result: Result) -> str:
    assert result.status == 0, result.errors
    assert TOKEN.fullmatch(result.output)
    token = result.output.strip()
    assert token not in result.errors
    return token


def refusal_of(result: Result) -> str:
    assert (result.status, result.output) == (1, ""), result.errors
    assert "Traceback" not in result.errors
    return result.errors


def rows(url: str, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
    async def fetch() -> list[tuple[Any, ...]]:
        connection = await connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def operators(url: str) -> list[tuple[Any, ...]]:
    return rows(
        url,
        "SELECT name, role, keyid, expires_at, revoked_at IS NULL FROM operators ORDER BY created_at, id",
    )


class TestWithADatabaseOfOnesOwn:
    def test_a_new_admin_beside_those_that_there_are(
        self, bootstrap: Bootstrap, database: DatabaseUrls
    ) -> None:
        first = token_of(bootstrap("--name", "Ada", DATABASE_URL=database.app))
        both = {"DATABASE_URL": database.app, "LAYERS_MIGRATION_DATABASE_URL": database.owner}
        result = bootstrap("--recover", **both)
        token = token_of(result)
        assert "There is a new operator 'recovered'" in result.errors
        assert "All other tokens work as before" in result.errors
        assert operators(database.owner) == [
            ("Ada", "admin", first[4:20], None, True),
            ("recovered", "admin", token[4:20], None, True),
        ]
        audit = rows(
            database.owner,
            "SELECT tenant_id, actor, details FROM audit_events WHERE event_type = 'operator.recovered'",
        )
        ((tenant_id, actor, details),) = audit
        assert (tenant_id, actor) == (0, "system")
        assert (details["name"], details["replaced"]) == ("recovered", False)
        assert token[21:] not in str(audit)

    def test_again_the_token_is_another_and_the_one_from_before_dead(
        self, bootstrap: Bootstrap, database: DatabaseUrls
    ) -> None:
        """As when printing it has failed: repeating the command is safe, and leaves one operator."""
        owner = {"DATABASE_URL": database.owner}
        tokens = [token_of(bootstrap("--recover", **owner)) for _ in range(2)]
        assert tokens[0] != tokens[1]
        assert operators(database.owner) == [("recovered", "admin", tokens[1][4:20], None, True)]

    def test_an_admin_whose_token_has_expired_gets_one_that_does_not(
        self, bootstrap: Bootstrap, database: DatabaseUrls
    ) -> None:
        token_of(bootstrap("--name", "Ada", DATABASE_URL=database.app))
        rows(database.owner, "UPDATE operators SET expires_at = now() - interval '1 day'")
        result = bootstrap("--recover", "--name", "Ada", DATABASE_URL=database.owner)
        token = token_of(result)
        assert (
            "The operator 'Ada' has a new token, and the old one no longer works." in result.errors
        )
        assert operators(database.owner) == [("Ada", "admin", token[4:20], None, True)]

    def test_a_revoked_operator_stays_revoked(
        self, bootstrap: Bootstrap, database: DatabaseUrls
    ) -> None:
        first = token_of(bootstrap("--name", "Ada", DATABASE_URL=database.app))
        rows(database.owner, "UPDATE operators SET revoked_at = now()")
        token = token_of(bootstrap("--recover", "--name", "Ada", DATABASE_URL=database.owner))
        assert operators(database.owner) == [
            ("Ada", "admin", first[4:20], None, False),
            ("Ada", "admin", token[4:20], None, True),
        ]

    def test_a_token_that_cannot_be_printed_was_not_made_and_nothing_else_is_said(
        self, bootstrap: Bootstrap, database: DatabaseUrls
    ) -> None:
        before = token_of(bootstrap("--name", "Ada", DATABASE_URL=database.app))
        with Path("/dev/full").open("w") as full:
            result = bootstrap(
                "--recover", "--name", "Ada", stdout=full, DATABASE_URL=database.owner
            )
        assert refusal_of(result) == (
            "layers: The output cannot be written: No space left on device.\n"
            "No token was made, and those from before work as they did.\n"
        )
        assert operators(database.owner) == [("Ada", "admin", before[4:20], None, True)]

    def test_a_refused_bootstrap_does_not_end_development_mode(
        self, bootstrap: Bootstrap, database: DatabaseUrls
    ) -> None:
        token_of(bootstrap(DATABASE_URL=database.app, LAYERS_DEVELOPMENT="true"))
        assert "There is an operator already" in refusal_of(bootstrap(DATABASE_URL=database.app))
        assert rows(database.owner, "SELECT ever_production FROM installation") == [(False,)]

    @pytest.mark.parametrize("change", ["role = 'finance'", "demo = true"])
    def test_nobody_becomes_an_admin_by_it(
        self, bootstrap: Bootstrap, database: DatabaseUrls, change: str
    ) -> None:
        token_of(bootstrap("--name", "Ada", DATABASE_URL=database.app))
        rows(database.owner, f"UPDATE operators SET {change}")
        before = operators(database.owner)
        result = bootstrap("--recover", "--name", "Ada", DATABASE_URL=database.owner)
        assert "an operator 'Ada' who is no admin. Choose another --name." in refusal_of(result)
        assert operators(database.owner) == before

    def test_the_role_that_serves_is_refused(
        self, bootstrap: Bootstrap, untouched: DatabaseUrls
    ) -> None:
        for settings in (
            {"DATABASE_URL": untouched.app},
            {"DATABASE_URL": untouched.app, "LAYERS_MIGRATION_DATABASE_URL": untouched.app},
        ):
            text = refusal_of(bootstrap("--recover", **settings))
            assert "a role that only serves" in text
            assert "Set LAYERS_MIGRATION_DATABASE_URL to the owner's URL." in text
        assert operators(untouched.owner) == []

    def test_other_secret_keys_make_no_token_that_would_not_work(
        self, bootstrap: Bootstrap, database: DatabaseUrls
    ) -> None:
        token_of(bootstrap(DATABASE_URL=database.app))
        before = operators(database.owner)
        other = {
            "DATABASE_URL": database.owner,
            "LAYERS_SECRET_KEYS": f"k1:{secrets.token_hex(32)}",
        }
        assert "'k1' is not the one" in refusal_of(bootstrap("--recover", **other))
        assert operators(database.owner) == before

    def test_the_mode_of_the_database_stays(
        self, bootstrap: Bootstrap, database: DatabaseUrls
    ) -> None:
        """Without LAYERS_DEVELOPMENT in this shell, a server in development mode goes on."""
        token_of(bootstrap("--recover", DATABASE_URL=database.owner))
        assert rows(database.owner, "SELECT ever_production FROM installation") == [(False,)]

    @pytest.mark.parametrize("name", ["", "\u200b", "\u3164\u2800", "x" * 121])
    @pytest.mark.parametrize("recover", [[], ["--recover"]])
    def test_a_name_that_the_api_would_not_take(
        self, bootstrap: Bootstrap, untouched: DatabaseUrls, name: str, recover: list[str]
    ) -> None:
        result = bootstrap(*recover, "--name", name, DATABASE_URL=untouched.owner)
        assert (result.status, result.output) == (2, "")
        assert "--name" in result.errors
        assert operators(untouched.owner) == []


class TestWithTheDataFolder:
    def test_while_the_server_runs_and_when_it_does_not(self, started_before: Path) -> None:
        with passable_folder() as home:
            service = Service(home, "serve", LAYERS_DEVELOPMENT="true")
            service.begin_on_copy_of(started_before)
            folder = {"LAYERS_DATA_DIR": str(service.data_dir)}
            try:
                service.start()
                running = token_of(in_shell(folder, "--recover"))
                assert _may_manage(service, running)
                assert service.stop() == 0
                stopped = token_of(in_shell(folder, "--recover", "--name", "Ada"))
                service.start()
                assert _may_manage(service, running)
                assert _may_manage(service, stopped)
                again = token_of(in_shell(folder, "--recover"))
                assert _may_manage(service, again)
                assert not _may_manage(service, running)
                assert service.stop() == 0
            finally:
                service.end()

    def test_a_folder_that_is_not_there_is_not_made(self) -> None:
        with passable_folder() as home:
            result = in_shell({"LAYERS_DATA_DIR": str(home / "elsewhere")}, "--recover")
            assert "There is no data folder" in refusal_of(result)
            assert list(home.iterdir()) == []


def _may_manage(service: Service, token: str) -> bool:
    answer = httpx2.get(
        f"{service.base_url}/ops/v1/operators",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=60,
    )
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200
