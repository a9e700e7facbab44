"""Where a server does not start, it says why in one sentence."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from pathlib import Path

import pytest
from tests.processes.conftest import Here
from tests.processes.demo_servers import KEYS
from tests.support.databases import DatabaseUrls, make_database
from tests.support.serving import (
    Service,
    as_plain_user,
    assert_refused,
    free_port,
    layers,
)

from embedded_postgres import EmbeddedPostgres
from partner_api.database.connection import connect


def test_what_would_end_a_development_server_on_the_same_data_folder_is_refused(
    demo: Service,
) -> None:
    """In another terminal, where LAYERS_DEVELOPMENT is not set."""
    folder = str(demo.data_dir)

    async def installation() -> tuple[bool, int]:
        connection = await connect(EmbeddedPostgres(demo.data_dir).url("owner"))
        try:
            row = await connection.fetchrow(
                "SELECT ever_production, (SELECT count(*) FROM operators) FROM installation"
            )
        finally:
            await connection.close()
        assert row is not None
        return row[0], row[1]

    before = asyncio.run(installation())
    for command in (["worker"], ["ops", "bootstrap"]):
        assert_refused(
            layers(*command, LAYERS_DATA_DIR=folder),
            rf"end the server .* data folder {folder} \(process {demo.pid}\)",
            "Set LAYERS_DEVELOPMENT=true, or stop that server first",
        )
    # Two servers cannot have one data folder, in whichever mode.
    assert_refused(
        layers("serve", LAYERS_PORT=str(free_port()), LAYERS_DATA_DIR=folder), str(demo.pid)
    )
    assert asyncio.run(installation()) == before
    assert before[0] is False
    assert demo.get("/readyz").json()["development"] is True
    assert "development_over" not in demo.errors


def test_where_no_server_runs_production_may_begin_and_development_is_over(
    home: Path, started_before: Path
) -> None:
    Service(home).begin_on_copy_of(started_before)
    folder = str(home / "data")
    made = layers("ops", "bootstrap", LAYERS_DATA_DIR=folder)
    assert made.returncode == 0, made.stderr
    refused = layers("demo", LAYERS_DATA_DIR=folder, LAYERS_DEVELOPMENT="true")
    assert_refused(refused, "used without development mode")


def test_a_folder_that_the_user_must_not_write_to(home: Path) -> None:
    wrapped = as_plain_user(home)
    closed = home / "closed"
    closed.mkdir(mode=0o555)
    server = Service(home, "serve", wrapped=wrapped, LAYERS_DATA_DIR=str(closed / "data"))
    server.launch()
    assert server.wait() == 1
    assert re.fullmatch(r"layers: .*Permission denied.*LAYERS_DATA_DIR\.\n", server.errors)


class TestItRefusesToStart:
    """With one sentence, status 1, and nothing left behind; what is refused before anything starts, in this process."""

    def test_where_the_port_is_in_use(self, home: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            result = layers("serve", "--port", port, LAYERS_DATA_DIR=str(home / "data"))
        assert_refused(result, f"port {port}: address already in use. Choose another with --port")
        assert not (home / "data").exists()

    def test_where_the_name_of_the_host_is_not_known(self, here: Here, home: Path) -> None:
        result = here("serve", LAYERS_HOST="nowhere.invalid", LAYERS_DATA_DIR=str(home / "data"))
        assert_refused(result, r"Cannot listen on nowhere\.invalid: .* with --host")
        assert not (home / "data").exists()

    def test_where_the_data_folder_is_a_file(self, home: Path) -> None:
        (home / "data").write_text("not a folder")
        result = layers("serve", LAYERS_DATA_DIR=str(home / "data"))
        assert_refused(result, re.escape(str(home / "data")))

    def test_where_the_database_files_are_rubbish(self, home: Path) -> None:
        (home / "data" / "postgres").mkdir(parents=True)
        (home / "data" / "postgres" / "PG_VERSION").write_text("rubbish\n")
        result = layers("serve", LAYERS_DATA_DIR=str(home / "data"))
        assert_refused(result, re.escape(str(home / "data")))

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("postgresql://u:p@127.0.0.1:1/x", "cannot be reached: .*Check DATABASE_URL"),
            ("postgresql://u:p@/x?host=/nowhere", "cannot be reached: No such file"),
        ],
    )
    def test_on_a_server_that_is_not_there(self, here: Here, url: str, expected: str) -> None:
        result = here("serve", DATABASE_URL=url, LAYERS_SECRET_KEYS=KEYS)
        assert_refused(result, expected)
        assert "u:p" not in result.stderr

    def test_with_a_wrong_password(self, here: Here, database_urls: DatabaseUrls) -> None:
        url = re.sub(r":[^:@]+@", ":wrong-password@", database_urls.app)
        result = here("serve", DATABASE_URL=url, LAYERS_SECRET_KEYS=KEYS)
        assert_refused(result, "password authentication failed for user .*Check DATABASE_URL")
        assert "wrong-password" not in result.stderr

    def test_on_a_database_that_does_not_exist(
        self, here: Here, database_urls: DatabaseUrls
    ) -> None:
        url = re.sub(r"/\w+(\?|$)", r"/nowhere\1", database_urls.app)
        result = here("serve", DATABASE_URL=url, LAYERS_SECRET_KEYS=KEYS)
        assert_refused(result, 'database "nowhere" does not exist')

    def test_on_an_empty_database(self, here: Here, database_urls: DatabaseUrls) -> None:
        with make_database(database_urls, migrated=False) as urls:
            result = here("serve", DATABASE_URL=urls.app, LAYERS_SECRET_KEYS=KEYS)
        assert_refused(result, "Run `layers db migrate`")

    def test_on_the_database_of_a_newer_version(
        self, here: Here, database_urls: DatabaseUrls, template: str
    ) -> None:
        with make_database(database_urls, template=template) as urls:
            execute(
                urls.owner,
                "UPDATE alembic_version SET version_num = '9999'; DELETE FROM applied_functions",
            )
            for command in ("serve", "db migrate"):
                result = here(
                    *command.split(),
                    DATABASE_URL=urls.app,
                    LAYERS_MIGRATION_DATABASE_URL=urls.owner,
                    LAYERS_SECRET_KEYS=KEYS,
                )
                assert_refused(
                    result, "revision 9999, which a newer version made. Run that version"
                )

    def test_without_secret_keys_of_its_own(self, here: Here, database_urls: DatabaseUrls) -> None:
        result = here("serve", DATABASE_URL=database_urls.app)
        assert_refused(result, "LAYERS_SECRET_KEYS is not set")

    def test_with_other_secret_keys_than_before(
        self, here: Here, database_urls: DatabaseUrls, template: str
    ) -> None:
        with make_database(database_urls, template=template) as urls:
            first = here("ops", "bootstrap", DATABASE_URL=urls.app, LAYERS_SECRET_KEYS=KEYS)
            assert first.returncode == 0, first.stderr
            for other, expected in (
                (f"k1:{secrets.token_hex(32)}", "'k1' is not the one .*Restore the right key"),
                (f"k2:{secrets.token_hex(32)}", "'k1', which is missing"),
            ):
                result = here("serve", DATABASE_URL=urls.app, LAYERS_SECRET_KEYS=other)
                assert_refused(result, expected)
                assert other.partition(":")[2] not in result.stderr

    def test_in_development_mode_on_a_database_with_customers(
        self, here: Here, database_urls: DatabaseUrls, template: str
    ) -> None:
        with make_database(database_urls, template=template) as urls:
            execute(urls.owner, "UPDATE installation SET ever_production = true")
            result = here(
                "serve",
                "--demo",
                DATABASE_URL=urls.app,
                LAYERS_MIGRATION_DATABASE_URL=urls.owner,
                LAYERS_SECRET_KEYS=KEYS,
                LAYERS_DEVELOPMENT="true",
            )
        assert_refused(result, "used without development mode.* Unset LAYERS_DEVELOPMENT")

    @pytest.mark.parametrize(
        ("url", "development"), [("postgresql://a@127.0.0.1:1/b", ""), ("", "no")]
    )
    def test_a_demo_outside_development_mode(self, here: Here, url: str, development: str) -> None:
        result = here("serve", "--demo", DATABASE_URL=url, LAYERS_DEVELOPMENT=development)
        assert_refused(result, "Set LAYERS_DEVELOPMENT=true")

    def test_in_a_folder_whose_data_is_somebody_elses(self, home: Path) -> None:
        (home / "data").mkdir()
        (home / "data" / "customers.csv").write_text("name\n")
        service = Service(home, "serve", "--demo", LAYERS_DATA_DIR="")
        service.launch()
        assert service.wait() == 1
        assert f"{home}/data is not this server's: it has 'customers.csv' in it" in service.errors
        assert [entry.name for entry in (home / "data").iterdir()] == ["customers.csv"]

    def test_with_settings_that_cannot_be(self, here: Here) -> None:
        result = here("serve", LAYERS_PORT="80000", LAYERS_WORKERS="none")
        assert result.returncode == 1
        assert result.stderr.count("\n") == 2, "one line for each"


def execute(url: str, statement: str) -> None:
    async def run() -> None:
        connection = await connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())
