"""When the database is away, and when the server is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest
from tests.support.answers import granted, refused
from tests.support.installation import org_id
from tests.support.served import request_line, serving

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Installation
    from tests.support.serving import Service

REFUSALS = 20
PROJECT = {"name": "One", "timezone": "UTC"}
_END_CONNECTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = $2
"""


async def test_the_database_goes_away_and_comes_back(
    spare_api: httpx2.AsyncClient,
    spare: Installation,
    database_urls: DatabaseUrls,
    spare_urls: DatabaseUrls,
) -> None:
    """Every request says that trying again helps, the process stays alive, and then it does help."""
    partner = await spare.partner()
    key = await spare.key(partner, "*")
    headers = await spare.operator("finance")
    path = f"/ops/v1/organizations/{org_id(partner)}/credits/grant"
    keyed = {**headers, "Idempotency-Key": str(uuid4())}
    granted(await spare_api.get("/readyz"))
    name = urlsplit(spare_urls.app).path.removeprefix("/")
    elsewhere = await connect(database_urls.owner)
    try:
        await elsewhere.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        await elsewhere.execute(_END_CONNECTIONS, name, urlsplit(spare_urls.app).username)
        for _ in range(3):
            for response in (
                await spare_api.get("/v1/whoami", headers=key.headers),
                await spare_api.post(path, json={"credits": 5}, headers=keyed),
                await spare_api.get("/readyz"),
            ):
                assert refused(response, "UNAVAILABLE") == {}
                assert int(response.headers["Retry-After"]) >= 1
        granted(await spare_api.get("/healthz"))
    finally:
        await elsewhere.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
        await elsewhere.close()
    granted(await spare_api.get("/readyz"))
    granted(await spare_api.get("/v1/whoami", headers=key.headers))
    posted = await spare_api.post(path, json={"credits": 5}, headers=keyed)
    assert granted(posted)["balance"] == 5


async def test_a_full_disk_is_an_outage_and_said_once(
    spare_api: httpx2.AsyncClient, spare_server: Service, spare: Installation
) -> None:
    """PostgreSQL says of a table that there is no space left; what needs none is served."""
    partner = await spare.partner()
    key = await spare.key(partner, "*")
    await spare.owner.execute(
        """
        CREATE FUNCTION refuse_for_want_of_space() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
        END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON projects EXECUTE FUNCTION refuse_for_want_of_space();
        """
    )
    before = len(spare_server.errors)
    try:
        for _ in range(REFUSALS):
            response = await spare_api.post("/v1/projects", json=PROJECT, headers=key.headers)
            assert refused(response, "UNAVAILABLE") == {}
            assert int(response.headers["Retry-After"]) >= 1
            granted(await spare_api.get("/v1/whoami", headers=key.headers))
    finally:
        await spare.owner.execute("DROP FUNCTION refuse_for_want_of_space CASCADE")
    said = spare_server.errors[before:]
    assert said.count("database_unavailable") < REFUSALS / 2
    assert "Traceback" not in said
    response = await spare_api.post("/v1/projects", json=PROJECT, headers=key.headers)
    granted(response, 201)


async def test_a_database_that_has_become_read_only_is_an_outage(
    spare_api: httpx2.AsyncClient,
    spare: Installation,
    database_urls: DatabaseUrls,
    spare_urls: DatabaseUrls,
) -> None:
    """As after a failover, when the server still talks to what is now the standby."""
    partner = await spare.partner()
    key = await spare.key(partner, "*")
    name = urlsplit(spare_urls.app).path.removeprefix("/")
    elsewhere = await connect(database_urls.owner)
    try:
        await elsewhere.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await elsewhere.execute(_END_CONNECTIONS, name, urlsplit(spare_urls.app).username)
        # The first ones may meet a connection that was just ended, which is another outage.
        for _ in range(REFUSALS):
            response = await spare_api.post("/v1/projects", json=PROJECT, headers=key.headers)
            assert refused(response, "UNAVAILABLE") == {}
        # Reads are served, once they have got connections that are not those just ended.
        async with asyncio.timeout(60):
            # Not of a wallet: the first read after the end of its period writes that down.
            while (await spare_api.get("/v1/projects", headers=key.headers)).status_code != 200:
                pass
    finally:
        await elsewhere.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await elsewhere.execute(_END_CONNECTIONS, name, urlsplit(spare_urls.app).username)
        await elsewhere.close()


def read_to_the_end(connection: socket.socket) -> None:
    """Wait until the other side closes."""
    while connection.recv(65_536):
        pass


async def test_a_stop_finishes_what_has_begun(
    spare: Installation,
    spare_urls: DatabaseUrls,
    secret_keys_text: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """SIGTERM: the request in flight is answered, new ones are not taken, and the process ends."""
    partner = await spare.partner()
    headers = await spare.operator("finance")
    path = f"/ops/v1/organizations/{org_id(partner)}/credits/grant"
    folder = tmp_path_factory.mktemp("stopped")
    with (
        serving(spare_urls, secret_keys_text, folder, LAYERS_SHUTDOWN_SECONDS="60") as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as idle,
    ):
        async with (
            httpx2.AsyncClient(base_url=server.base_url, trust_env=False, timeout=60) as api,
            spare.owner.acquire() as connection,
        ):
            # A connection that is kept and does nothing must not keep the server.
            idle.sendall(request_line(b"/healthz").replace(b"Connection: close\r\n", b""))
            assert idle.recv(1)
            granted(await api.get("/healthz"))
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(
                "SELECT FROM wallets WHERE tenant_id = $1 FOR UPDATE", partner.tenant_id
            )
            keyed = {**headers, "Idempotency-Key": str(uuid4())}
            in_flight = asyncio.create_task(api.post(path, json={"credits": 5}, headers=keyed))
            await spare.until_someone_waits()
            os.kill(server.pid, signal.SIGTERM)
            await asyncio.to_thread(read_to_the_end, idle)
            await transaction.rollback()
            assert granted(await in_flight)["balance"] == 5
            assert await asyncio.to_thread(server.wait) == 0
            with pytest.raises(httpx2.TransportError):
                await api.get("/healthz")
    assert "Traceback" not in server.errors
