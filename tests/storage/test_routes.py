"""Files that are kept in a bucket, at the addresses of this server that operators get."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.support.answers import refused
from tests.support.edges import KEYS, make_edge, running
from tests.support.installation import now

from partner_api.crypto import SecretKeys
from partner_api.storage.addresses import signed_address
from partner_api.storage.bucket import BucketFile, BucketStorage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2
    from tests.support.databases import DatabaseUrls

    from partner_api.storage import StoredFile

CONTENT = bytes(range(256)) * 20_000


@pytest.fixture
async def stored(bucket: BucketStorage) -> StoredFile:
    """A file of several parts in the bucket."""

    async def chunks() -> AsyncIterator[bytes]:
        yield CONTENT

    return await bucket.put(f"1/{uuid4()}/0-film.mp4", chunks())


@pytest_asyncio.fixture
async def client(
    database_urls: DatabaseUrls, s3_endpoint: str, bucket: BucketStorage
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application that keeps files in the bucket, whose credentials the fixture of it has set."""
    url = f"s3://files/some/prefix?endpoint={s3_endpoint}&region=us-east-1"
    async with running(make_edge(database_urls, LAYERS_STORAGE_URL=url)) as client:
        yield client


def address_of(stored: StoredFile, mime_type: str = "video/mp4") -> str:
    """The address of a file, as operators get it."""
    return signed_address(SecretKeys.parse(KEYS), stored, mime_type, now())


async def test_a_file_of_the_bucket_comes_from_this_server(
    client: httpx2.AsyncClient, stored: StoredFile
) -> None:
    assert len(CONTENT) > 2 * BucketFile.part_bytes
    answer = await client.get(address_of(stored))
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=3000000-", 206, slice(3_000_000, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=99999999999-", 416, slice(0)),
    ],
)
async def test_a_part_of_it(
    client: httpx2.AsyncClient, stored: StoredFile, asked: str, status: int, part: slice
) -> None:
    answer = await client.get(address_of(stored), headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, CONTENT[part])


@pytest.mark.parametrize("mime_type", ["text/html", "image/svg+xml", "application/pdf"])
async def test_what_a_browser_would_run_is_only_bytes(
    client: httpx2.AsyncClient, stored: StoredFile, mime_type: str
) -> None:
    answer = await client.get(address_of(stored, mime_type))
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_what_is_not_there_or_was_not_signed(
    client: httpx2.AsyncClient, stored: StoredFile, bucket: BucketStorage
) -> None:
    address = address_of(stored)
    refused(await client.get(address.replace("type=video%2Fmp4", "type=text%2Fhtml")), "NOT_FOUND")
    await bucket.delete(stored.key)
    refused(await client.get(address), "NOT_FOUND")


async def test_a_bucket_that_does_not_answer_is_said_so(
    database_urls: DatabaseUrls, s3_endpoint: str, bucket: BucketStorage, stored: StoredFile
) -> None:
    url = f"s3://no-such-bucket?endpoint={s3_endpoint.rpartition(':')[0]}:9&region=us-east-1"
    async with running(make_edge(database_urls, LAYERS_STORAGE_URL=url)) as client:
        answer = await client.get(address_of(stored))
        assert "storage" in answer.json()["error"]["message"]
        refused(answer, "UNAVAILABLE")
