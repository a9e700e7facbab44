"""A production server starts on the database of a development server that still runs."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import pytest_asyncio
from tests.support.answers import bearer, granted, refused
from tests.support.databases import make_database
from tests.support.edges import running
from tests.support.installation import now
from tests.support.serving import Service, assert_refused, layers, wait_until

from partner_api.app import create_app
from partner_api.clock import format_milliseconds
from partner_api.database.connection import connect
from partner_api.demo.credentials import read_demo_secrets
from partner_api.rehearsal.store import enter_production
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.support.databases import DatabaseUrls

    from partner_api.demo.credentials import DemoSecrets

# What the person who started it reads last.
ENDED = "layers: A server without development mode now uses this database"
CLOCK = "/ops/v1/clock"


def settings_of(urls: DatabaseUrls, secret_keys: str) -> dict[str, str]:
    return {"DATABASE_URL": urls.app, "LAYERS_SECRET_KEYS": secret_keys}


def a_month_on() -> dict[str, str]:
    return {"advanceTo": format_milliseconds(now() + timedelta(days=31))}


def send(service: Service, method: str, path: str, secret: str, **request: Any) -> httpx2.Response:
    return httpx2.request(
        method,
        service.base_url + path,
        headers=bearer(secret),
        trust_env=False,
        timeout=60,
        **request,
    )


async def look(urls: DatabaseUrls) -> tuple[Any, ...]:
    """The installation's row, and what the demo's partner has and has been charged."""
    connection = await connect(urls.owner)
    try:
        row = await connection.fetchrow(
            "SELECT ever_production, clock_offset_seconds, "
            "(SELECT sum(balance_cents) FROM cash_wallets), "
            "(SELECT count(*) FROM cash_events) FROM installation"
        )
    finally:
        await connection.close()
    assert row is not None
    return tuple(row)


@dataclass(frozen=True)
class TakenOver:
    """A production server on the database of a development server and its worker; ``before``: what `look` gave."""

    development: Service
    worker: Service
    production: Service
    urls: DatabaseUrls
    demo: DemoSecrets
    # Of an operator who was made on the development server.
    operator_token: str
    before: tuple[Any, ...]


@pytest.fixture(scope="module")
def taken_over(
    database_urls: DatabaseUrls,
    template: str,
    secret_keys_text: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TakenOver]:
    """One for all tests here: the development server answers in two processes."""
    with contextlib.ExitStack() as stack:
        urls = stack.enter_context(make_database(database_urls, template=template))

        def service(name: str, *arguments: str, **variables: str) -> Service:
            folder = tmp_path_factory.mktemp(name)
            variables |= settings_of(urls, secret_keys_text)
            made = Service(folder, *arguments, **variables)
            stack.callback(made.end)
            return made

        worker = service("worker", "worker", LAYERS_DEVELOPMENT="true")
        development = service(
            "development",
            *("serve", "--demo", "--workers", "2"),
            LAYERS_DEVELOPMENT="true",
            LAYERS_MIGRATION_DATABASE_URL=urls.owner,
        )
        development.start()
        worker.launch()
        wait_until(lambda: "sweeps_started" in worker.errors, 120)
        demo = read_demo_secrets(development.data_dir)
        assert demo is not None
        operator = {"name": "Robin", "role": "admin"}
        answer = send(development, "POST", "/ops/v1/operators", demo.operator_token, json=operator)
        operator_token = granted(answer, 201)["secret"]
        granted(development.get("/v1/whoami", demo.partner_key))
        granted(development.get(CLOCK, operator_token))
        before = asyncio.run(look(urls))
        assert before[:2] == (False, 0)
        production = service("production", "serve")
        production.start()
        yield TakenOver(development, worker, production, urls, demo, operator_token, before)


def test_the_development_server_moves_nothing_more_and_stops(taken_over: TakenOver) -> None:
    development, token = taken_over.development, taken_over.demo.operator_token
    # It may know of it already, and it may be gone already.
    with contextlib.suppress(httpx2.TransportError):
        answer = send(development, "POST", CLOCK, token, json=a_month_on())
        assert answer.status_code in (409, 503), answer.text
    assert development.wait() == 1
    assert "development_over" in development.errors
    assert ENDED in development.errors
    wait_until(lambda: development.own_pids() == [])
    assert asyncio.run(look(taken_over.urls)) == (True, *taken_over.before[1:])
    assert taken_over.production.get("/readyz").json()["development"] is False


def test_a_worker_in_development_mode_stops_too(taken_over: TakenOver) -> None:
    assert taken_over.worker.wait() == 1
    assert ENDED in taken_over.worker.errors
    assert "development_over" in taken_over.worker.errors


def test_the_demo_s_credentials_are_nothing_to_the_production_server(
    taken_over: TakenOver, secret_keys_text: str
) -> None:
    production, demo = taken_over.production, taken_over.demo
    refused(production.get("/v1/whoami", demo.partner_key), "UNAUTHENTICATED")
    for token in (demo.operator_token, taken_over.operator_token):
        refused(production.get("/ops/v1/organizations", token), "UNAUTHENTICATED")

    # Nobody can manage operators, so the first one can be made; and that is then the last.
    def bootstrap() -> CompletedProcess[str]:
        url = taken_over.urls.app
        return layers("ops", "bootstrap", DATABASE_URL=url, LAYERS_SECRET_KEYS=secret_keys_text)

    first = bootstrap()
    assert first.returncode == 0, first.stderr
    token = first.stdout.strip()
    assert_refused(bootstrap(), "There is an operator already")
    listed = granted(production.get("/ops/v1/operators", token))["items"]
    (mine,) = [each for each in listed if each["prefix"] in token]
    path = f"/ops/v1/operators/{mine['id']}/revoke"
    assert refused(send(production, "POST", path, token), "CONFLICT") == {"role": "admin"}


class TestTheProcessThatAnswers:
    """From the moment at which it knows, it serves nothing more."""

    @pytest.fixture
    def urls(self, database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
        """A database of its own."""
        with make_database(database_urls, template=template) as urls:
            yield urls

    @pytest.fixture
    def ends(self) -> list[str]:
        """What the process was told."""
        return []

    @pytest.fixture
    def over(self) -> asyncio.Event:
        """Set when it was told the first time."""
        return asyncio.Event()

    @pytest_asyncio.fixture
    async def client(
        self,
        urls: DatabaseUrls,
        secret_keys_text: str,
        tmp_path: Path,
        ends: list[str],
        over: asyncio.Event,
    ) -> AsyncIterator[httpx2.AsyncClient]:
        def end() -> None:
            ends.append("now")
            over.set()

        settings = load_settings(
            {
                "LAYERS_DEVELOPMENT": "true",
                "LAYERS_LOG_LEVEL": "error",
                "LAYERS_DATA_DIR": str(tmp_path),
                **settings_of(urls, secret_keys_text),
            }
        )
        async with running(create_app(settings, on_production=end)) as client:
            yield client

    async def enter_production(self, urls: DatabaseUrls) -> None:
        connection = await connect(urls.app)
        try:
            assert await enter_production(connection)
        finally:
            await connection.close()

    async def test_every_request_gets_503(
        self,
        client: httpx2.AsyncClient,
        urls: DatabaseUrls,
        ends: list[str],
        over: asyncio.Event,
    ) -> None:
        granted(await client.get("/readyz"))
        await self.enter_production(urls)
        async with asyncio.timeout(60):
            await over.wait()
        for method, path in (
            ("GET", "/healthz"),
            ("GET", "/readyz"),
            ("GET", "/v1/whoami"),
            ("GET", CLOCK),
            ("POST", CLOCK),
        ):
            answer = await client.request(method, path)
            assert refused(answer, "UNAVAILABLE") == {}
            assert "This server is stopping" in answer.text
            assert answer.headers["Retry-After"]
        assert ends == ["now"]

    @pytest.fixture
    async def entered(self, urls: DatabaseUrls) -> None:
        """Production began before the process did."""
        await self.enter_production(urls)

    @pytest.mark.usefixtures("entered")
    async def test_one_that_starts_too_late_never_serves(
        self, client: httpx2.AsyncClient, ends: list[str]
    ) -> None:
        refused(await client.get("/readyz"), "UNAVAILABLE")
        assert ends == ["now"]
