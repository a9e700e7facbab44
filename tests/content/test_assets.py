"""Uploading the files of a job, and reading them at signed addresses."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from tests.support.answers import granted, issues, refused
from tests.support.installation import now
from tests.support.served import request_line, send_raw
from tests.support.tenants import Wallet, job_start
from tests.support.working import Claim, claim

from partner_api.database.arguments import SYSTEM
from partner_api.ids import format_id
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store
from partner_api.storage.files import MAX_FILE_BYTES, StoredFile
from partner_api.storage.folder import FolderStorage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.installation import Installation
    from tests.support.serving import Service

    from partner_api.database.connection import Row

CONTENT = b"\x89PNG not really " * 40_000


@dataclass
class Work:
    """A job that a worker holds, and the worker's ways to say so."""

    held: Claim
    operator: dict[str, str]

    @property
    def path(self) -> str:
        return f"/ops/v1/jobs/{format_id('job', self.held.job_id)}/assets/"

    def headers(self, **changes: str) -> dict[str, str]:
        return {
            **self.operator,
            "X-Worker-Id": self.held.worker_id,
            "X-Claim-Token": str(self.held.claim_token),
            **changes,
        }


@pytest.fixture
async def wallet(installation: Installation) -> Wallet:
    return await installation.partner(prepaid=1_000)


@pytest.fixture
async def work(installation: Installation, wallet: Wallet) -> Work:
    async with installation.pool.acquire() as connection:
        start = job_start(wallet, 50, now=now())
        (outcome,) = await job_store.start_jobs(connection, wallet.tenant_id, now(), [start])
        assert outcome.status == "done", outcome
        (held,) = await claim(connection, wallet, now=now())
    return Work(held, await installation.operator("worker"))


@pytest.fixture
def folder(server: Service) -> Path:
    return server.data_dir / "files"


@pytest.fixture
def storage(folder: Path, installation: Installation) -> FolderStorage:
    return FolderStorage(folder, installation.secret_keys)


@pytest_asyncio.fixture
async def plain(server: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody with nothing but an address."""
    async with httpx2.AsyncClient(base_url=server.base_url, trust_env=False, timeout=60) as client:
        yield client


async def uploads(installation: Installation, work: Work) -> list[Row]:
    return await installation.owner.fetch(
        "SELECT * FROM asset_uploads WHERE job_id = $1 ORDER BY name", work.held.job_id
    )


def files_of(folder: Path, wallet: Wallet) -> list[Path]:
    return [path for path in (folder / str(wallet.tenant_id)).rglob("*") if path.is_file()]


async def test_an_upload_is_stored_and_noted(
    api: httpx2.AsyncClient, installation: Installation, work: Work, storage: FolderStorage
) -> None:
    answer = granted(
        await api.put(f"{work.path}slide-01.png", content=CONTENT, headers=work.headers())
    )
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert answer == {"name": "slide-01.png", "sizeBytes": len(CONTENT), "sha256": digest}
    (noted,) = await uploads(installation, work)
    assert (noted["name"], noted["attempt"]) == ("slide-01.png", 1)
    assert (noted["size_bytes"], noted["sha256"]) == (len(CONTENT), digest)
    assert storage.path(noted["storage_key"]).read_bytes() == CONTENT


async def test_the_same_name_again_replaces_the_file(
    api: httpx2.AsyncClient, installation: Installation, work: Work, wallet: Wallet, folder: Path
) -> None:
    for content in (b"first", b"second"):
        await api.put(f"{work.path}a.png", content=content, headers=work.headers())
    (noted,) = await uploads(installation, work)
    assert noted["sha256"] == hashlib.sha256(b"second").hexdigest()
    (path,) = files_of(folder, wallet)
    assert path.read_bytes() == b"second"


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Worker-Id", "somebody-else"), ("X-Claim-Token", "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05")],
)
async def test_another_claim_is_refused_and_changes_nothing(
    api: httpx2.AsyncClient,
    installation: Installation,
    work: Work,
    wallet: Wallet,
    folder: Path,
    header: str,
    value: str,
) -> None:
    response = await api.put(
        f"{work.path}a.png", content=CONTENT, headers=work.headers(**{header: value})
    )
    refused(response, "CONFLICT")
    assert await uploads(installation, work) == []
    assert files_of(folder, wallet) == []


async def test_a_claim_that_is_lost_while_the_bytes_come(
    api: httpx2.AsyncClient, installation: Installation, work: Work, wallet: Wallet, folder: Path
) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        await until_noted(installation, work)
        async with installation.pool.acquire() as connection:
            await claim_store.fail_jobs(
                connection,
                work.held.tenant_id,
                now(),
                [
                    claim_store.JobFailure(
                        work.held.job_id,
                        work.held.worker_id,
                        work.held.claim_token,
                        "GIVEN_UP",
                        "Given up.",
                        True,
                        SYSTEM,
                    )
                ],
            )
        yield b"x" * 100_000

    response = await api.put(f"{work.path}a.png", content=slowly(), headers=work.headers())
    refused(response, "CONFLICT")
    assert await uploads(installation, work) == []
    assert files_of(folder, wallet) == []


async def until_noted(installation: Installation, work: Work, count: int = 1) -> None:
    """Wait until so many uploads are noted, those included that are still on their way."""
    for _ in range(500):
        if len(await uploads(installation, work)) == count:
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not happen in time")


@pytest.mark.parametrize("name", [".hidden", "a%20b", "a%5Cb", "%2e%2e", "..%5c", "a" * 121, "é"])
async def test_names_that_could_lead_elsewhere(
    api: httpx2.AsyncClient, installation: Installation, work: Work, name: str
) -> None:
    response = await api.put(f"{work.path}{name}", content=CONTENT, headers=work.headers())
    if response.status_code != 404:
        assert issues(response).keys() == {"name"}
    assert await uploads(installation, work) == []


@pytest.mark.parametrize("name", ["%2e%2e%2fx.png", "..%2f..%2fx.png", "..", "a/b.png"])
async def test_names_with_a_slash_are_no_address(
    server: Service, installation: Installation, work: Work, name: str
) -> None:
    head = request_line(
        f"{work.path}{name}".encode(),
        *(f"{field}: {value}".encode() for field, value in work.headers().items()),
        b"Content-Length: 1",
        method=b"PUT",
    )
    answer = await send_raw(server, head + b"x")
    assert answer.status in (404, 422), answer.body
    assert await uploads(installation, work) == []


async def test_everything_that_is_wrong_with_the_headers(
    api: httpx2.AsyncClient, work: Work
) -> None:
    response = await api.put(f"{work.path}a.png", content=b"x", headers=work.operator)
    assert issues(response).keys() == {"X-Worker-Id", "X-Claim-Token"}


async def test_more_than_100_mb(
    api: httpx2.AsyncClient,
    server: Service,
    installation: Installation,
    work: Work,
    wallet: Wallet,
    folder: Path,
) -> None:
    # One that says so is not read at all.
    fields = [f"{name}: {value}".encode() for name, value in work.headers().items()]
    head = request_line(
        f"{work.path}a.png".encode(),
        *fields,
        b"Content-Length: %d" % (MAX_FILE_BYTES + 1),
        method=b"PUT",
    )
    assert (await send_raw(server, head)).status == 413

    # One that does not is read as far as it may go.
    async def chunks() -> AsyncIterator[bytes]:
        chunk = os.urandom(1024 * 1024)
        for _ in range(MAX_FILE_BYTES // len(chunk)):
            yield chunk
        yield b"x"

    try:
        response = await api.put(f"{work.path}a.png", content=chunks(), headers=work.headers())
    except httpx2.TransportError:
        # The server need not read to the end what it has refused.
        pass
    else:
        refused(response, "PAYLOAD_TOO_LARGE")
    assert await uploads(installation, work) == []
    assert files_of(folder, wallet) == []


async def test_an_upload_that_is_cut_off(
    server: Service, installation: Installation, work: Work, wallet: Wallet, folder: Path
) -> None:
    fields = [f"{name}: {value}".encode() for name, value in work.headers().items()]
    head = request_line(
        f"{work.path}a.png".encode(), *fields, b"Content-Length: 500000", method=b"PUT"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head + b"x" * 100_000)
    await writer.drain()
    await until_noted(installation, work)
    writer.close()
    await writer.wait_closed()
    await until_noted(installation, work, 0)
    assert files_of(folder, wallet) == []


class TestFiles:
    @pytest_asyncio.fixture
    async def stored(self, storage: FolderStorage, wallet: Wallet) -> StoredFile:
        async def chunks() -> AsyncIterator[bytes]:
            yield CONTENT

        return await storage.put(f"{wallet.tenant_id}/{uuid4()}/0-slide.png", chunks())

    async def test_a_file_with_what_describes_it(
        self, api: httpx2.AsyncClient, storage: FolderStorage, stored: StoredFile
    ) -> None:
        response = await api.get(await storage.url(stored, "image/png", now()))
        assert response.status_code == 200
        assert response.content == CONTENT
        assert response.headers["content-type"] == "image/png"
        assert response.headers["content-length"] == str(len(CONTENT))
        assert response.headers["etag"] == f'"{stored.sha256}"'
        assert response.headers["cache-control"].startswith("private")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in response.headers["content-security-policy"]

    async def test_what_is_known_already_is_not_sent(
        self, plain: httpx2.AsyncClient, storage: FolderStorage, stored: StoredFile
    ) -> None:
        address = await storage.url(stored, "image/png", now())
        response = await plain.get(address, headers={"If-None-Match": f'"{stored.sha256}"'})
        assert (response.status_code, response.content) == (304, b"")

    @pytest.mark.parametrize(
        ("asked", "status", "part"),
        [
            ("bytes=0-9", 206, slice(0, 10)),
            ("bytes=10-", 206, slice(10, None)),
            ("bytes=-7", 206, slice(-7, None)),
            ("bytes=5-99999999999", 206, slice(5, None)),
            ("bytes=99999999999-", 416, slice(0)),
            ("bytes=-0", 416, slice(0)),
            ("bytes=9-3", 416, slice(0)),
            ("bytes=-", 200, slice(None)),
            ("bytes=1-2,4-5", 200, slice(None)),
            ("lines=1-2", 200, slice(None)),
        ],
    )
    async def test_a_part(
        self,
        plain: httpx2.AsyncClient,
        storage: FolderStorage,
        stored: StoredFile,
        asked: str,
        status: int,
        part: slice,
    ) -> None:
        address = await storage.url(stored, "image/png", now())
        response = await plain.get(address, headers={"Range": asked})
        assert (response.status_code, response.content) == (status, CONTENT[part])
        assert response.headers["content-length"] == str(len(CONTENT[part]))
        if status == 206:
            start = part.indices(len(CONTENT))[0]
            end = start + len(CONTENT[part]) - 1
            assert response.headers["content-range"] == f"bytes {start}-{end}/{len(CONTENT)}"

    async def test_an_address_that_was_changed_or_is_over(
        self, api: httpx2.AsyncClient, storage: FolderStorage, stored: StoredFile, wallet: Wallet
    ) -> None:
        address = await storage.url(stored, "image/png", now())
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query))
        changed = [
            f"{parts.path}x?{parts.query}",
            f"/files/{wallet.tenant_id}/{uuid4()}/0-slide.png?{parts.query}",
            *(
                f"{parts.path}?{urlencode({**query, **change})}"
                for change in (
                    {"expires": int(query["expires"]) + 1},
                    {"type": "text/html"},
                    {"sha256": "0" * 64},
                    {"signature": "A" * 22},
                    {"signature": "é"},
                )
            ),
            await storage.url(stored, "image/png", now() - timedelta(hours=1, seconds=1)),
            await storage.url(stored._replace(key=f"{stored.key}.gone"), "image/png", now()),
        ]
        for wrong in changed:
            refused(await api.get(wrong), "NOT_FOUND")

    async def test_no_address_leads_out_of_the_folder(
        self, server: Service, storage: FolderStorage, stored: StoredFile
    ) -> None:
        query = urlsplit(await storage.url(stored, "image/png", now())).query
        for path in (
            "..%2f..%2fsecret-keys",
            "../../secret-keys",
            "1/2/..%2f..%2f..%2fsecret-keys",
        ):
            answer = await send_raw(server, request_line(f"/files/{path}?{query}".encode()))
            assert answer.status == 404
