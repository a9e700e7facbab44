"""What holds for files wherever they are kept, and what holds for each place."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx2
import pytest

from partner_api.crypto import SecretKeys
from partner_api.storage import addresses, files
from partner_api.storage.bucket import BucketStorage, bucket_keys
from partner_api.storage.errors import FileTooLarge, InvalidKey, StorageUnavailable
from partner_api.storage.files import StoredFile, check_name, file_key, harmless_type
from partner_api.storage.folder import FolderStorage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from partner_api.storage import Storage

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEYS = SecretKeys.parse("k1:" + "ab" * 32)
CONTENT = b"a file of some bytes " * 1_000
ATTACKS = [
    "",
    ".",
    "..",
    "a",
    "a/b",
    "../../etc/passwd",
    "1/2/../../../etc/passwd",
    "1/../x.png",
    "1/2/..",
    "1//x.png",
    "/1/2/x.png",
    "1/2/x.png/",
    "1/2/3/x.png",
    "1/2/.hidden",
    ".incoming/2/x.png",
    "1/2/a\\..\\b",
    "1/2/a\0.png",
    "1/2/a\n.png",
    "1/2/a b.png",
    "1/2/%2e%2e",
    "1/2/ä.png",
    "1/2/" + "a" * 201,
]


class CutOff(Exception):
    pass


async def chunks(*parts: bytes, then: type[Exception] | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if then is not None:
        raise then


def new_key(name: str = "slide-01.png") -> str:
    return file_key(12_345, uuid4(), name)


def kept_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def read(address: str) -> bytes:
    with urllib.request.urlopen(address) as response:
        content: bytes = response.read()
        return content


async def content_of(storage: Storage, stored: StoredFile) -> bytes:
    if isinstance(storage, FolderStorage):
        return storage.path(stored.key).read_bytes()
    return read(await storage.url(stored, "image/png", NOW))


async def is_there(storage: Storage, stored: StoredFile) -> bool:
    try:
        await content_of(storage, stored)
    except (FileNotFoundError, urllib.error.HTTPError):
        return False
    return True


async def test_a_file_is_kept_with_its_size_and_hash(storage: Storage) -> None:
    key = new_key()
    stored = await storage.put(key, chunks(CONTENT[:7], b"", CONTENT[7:]))
    assert stored == StoredFile(key, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert await content_of(storage, stored) == CONTENT


async def test_an_empty_file_is_a_file(storage: Storage) -> None:
    stored = await storage.put(new_key(), chunks())
    assert (stored.size_bytes, await content_of(storage, stored)) == (0, b"")


async def test_a_file_of_several_parts_of_an_upload(storage: Storage) -> None:
    part = os.urandom(1024 * 1024)
    stored = await storage.put(new_key("film.mp4"), chunks(*[part] * 12))
    assert await content_of(storage, stored) == part * 12


async def test_a_file_is_read_part_by_part(storage: Storage) -> None:
    content = bytes(range(256)) * 20_000
    stored = await storage.put(new_key(), chunks(content))
    opened = await storage.open(stored.key)
    try:
        assert opened.size_bytes == len(content)
        assert await opened.read(10, 0) == content[:10]
        assert (
            await opened.read(opened.part_bytes, 3_000_001)
            == content[3_000_001:][: opened.part_bytes]
        )
        assert await opened.read(10, len(content) - 3) == content[-3:]
        assert await opened.read(10, len(content)) == b""
    finally:
        opened.close()
    await storage.delete(stored.key)
    with pytest.raises(FileNotFoundError):
        await storage.open(stored.key)
    with pytest.raises(InvalidKey):
        await storage.open("../secret-keys")


async def test_deleting_removes_it_and_can_be_done_again(storage: Storage) -> None:
    stored = await storage.put(new_key(), chunks(CONTENT))
    assert await is_there(storage, stored)
    await storage.delete(stored.key)
    assert not await is_there(storage, stored)
    await storage.delete(stored.key)


async def test_an_upload_that_is_cut_off_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    key = new_key()
    with pytest.raises(CutOff):
        await storage.put(key, chunks(CONTENT, then=CutOff))
    assert not await is_there(storage, StoredFile(key, 0, ""))
    assert kept_files(tmp_path) == []


async def test_more_than_the_limit_leaves_nothing(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert files.MAX_FILE_BYTES == 104_857_600
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1_000)
    await storage.put(new_key(), chunks(b"x" * 500, b"x" * 500))
    before = kept_files(tmp_path)
    key = new_key()
    with pytest.raises(FileTooLarge):
        await storage.put(key, chunks(b"x" * 500, b"x" * 501))
    assert not await is_there(storage, StoredFile(key, 0, ""))
    assert kept_files(tmp_path) == before


@pytest.mark.parametrize("key", ATTACKS)
async def test_no_key_leads_out(storage: Storage, tmp_path: Path, key: str) -> None:
    stranger = tmp_path / "stranger.png"
    stranger.write_bytes(b"mine")
    with pytest.raises(InvalidKey):
        await storage.put(key, chunks(CONTENT))
    with pytest.raises(InvalidKey):
        await storage.delete(key)
    if isinstance(storage, BucketStorage):
        with pytest.raises(InvalidKey):
            await storage.url(StoredFile(key, 0, ""), "image/png", NOW)
    assert kept_files(tmp_path) == [stranger]


@pytest.mark.parametrize("name", ["", ".", "..", ".x", "a/b", "a\\b", "a b", "é", "a\n", "a" * 121])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(InvalidKey):
        check_name(name)
    with pytest.raises(InvalidKey):
        file_key(1, uuid4(), name)


def test_a_key_is_another_one_each_time() -> None:
    container = uuid4()
    longest = "a" * 120
    one, other = file_key(1, container, longest), file_key(1, container, longest)
    assert one != other
    assert one.startswith(f"1/{container}/")
    assert files.check_key(one)


@pytest.mark.parametrize(
    ("given", "served"),
    [
        ("image/png", "image/png"),
        ("video/mp4; codecs=avc1", "video/mp4"),
        ("IMAGE/WebP", "image/webp"),
        ("image/svg+xml", "application/octet-stream"),
        ("text/html", "application/octet-stream"),
        ("image/png\r\nX: y", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_nothing_is_served_that_a_browser_would_run(given: str, served: str) -> None:
    assert harmless_type(given) == served


class TestTheFolder:
    async def test_files_are_their_owners_alone(self, folder: FolderStorage) -> None:
        stored = await folder.put(new_key(), chunks(CONTENT))
        path = folder.path(stored.key)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700

    async def test_a_link_in_the_place_of_a_draft_is_not_followed(
        self, folder: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        victim = tmp_path / "victim"
        victim.write_bytes(b"mine")
        incoming = tmp_path / "files" / ".incoming"
        incoming.mkdir(parents=True)
        monkeypatch.setattr("secrets.token_hex", lambda _: "known")
        (incoming / "known").symlink_to(victim)
        with pytest.raises(FileExistsError):
            await folder.put("1/2/x.png", chunks(CONTENT))
        assert victim.read_bytes() == b"mine"

    async def test_what_a_crash_left_behind_is_removed(
        self, folder: FolderStorage, tmp_path: Path
    ) -> None:
        incoming = tmp_path / "files" / ".incoming"
        incoming.mkdir(parents=True)
        old, new = incoming / "old", incoming / "new"
        for draft in (old, new):
            draft.write_bytes(b"half")
        os.utime(old, (0, 0))
        await folder.put(new_key(), chunks(CONTENT))
        assert (old.exists(), new.exists()) == (False, True)

    async def test_an_address_admits_for_an_hour_and_only_as_it_is(
        self, folder: FolderStorage
    ) -> None:
        stored = await folder.put(new_key(), chunks(CONTENT))
        parts = urlsplit(await folder.url(stored, "image/png", NOW))
        assert parts.path == f"/files/{stored.key}"
        query = dict(parse_qsl(parts.query))

        def admits(now: datetime = NOW, key: str = stored.key, **changed: str) -> bool:
            values = {**query, **changed}
            return addresses.admits(
                KEYS,
                key,
                values["type"],
                values["sha256"],
                int(values["expires"]),
                values["signature"],
                now,
            )

        assert admits()
        assert admits(NOW + timedelta(seconds=3599))
        assert not admits(NOW + timedelta(seconds=3600))
        assert not admits(key=new_key())
        assert not admits(type="text/html")
        assert not admits(sha256="0" * 64)
        assert not admits(expires=str(int(query["expires"]) + 1))
        for signature in (
            "",
            "x",
            "é",
            query["signature"][:-2] + "AA",
            query["signature"] + "AAAA",
        ):
            assert not admits(signature=signature)
        other = FolderStorage(folder.path(stored.key), SecretKeys.parse("k1:" + "cd" * 32))
        address = dict(parse_qsl(urlsplit(await other.url(stored, "image/png", NOW)).query))
        assert not admits(signature=address["signature"])

    async def test_an_address_outlives_a_new_secret_key(self, folder: FolderStorage) -> None:
        stored = StoredFile(new_key(), 1, "0" * 64)
        query = dict(parse_qsl(urlsplit(await folder.url(stored, "image/png", NOW)).query))
        renewed = SecretKeys.parse("k2:" + "cd" * 32 + ",k1:" + "ab" * 32)
        arguments = (query["type"], query["sha256"], int(query["expires"]), query["signature"])
        assert addresses.admits(renewed, stored.key, *arguments, NOW)


class TestTheBucket:
    async def test_objects_lie_under_the_prefix_with_their_type(
        self, bucket: BucketStorage
    ) -> None:
        stored = await bucket.put(new_key("slide.png"), chunks(CONTENT))
        address = await bucket.url(stored, "image/png", NOW)
        assert urlsplit(address).path == f"/files/some/prefix/{stored.key}"
        assert dict(parse_qsl(urlsplit(address).query))["X-Amz-Expires"] == "3600"
        async with httpx2.AsyncClient() as client:
            response = await client.get(address)
        assert response.content == CONTENT
        assert response.headers["Content-Type"] == "image/png"

    async def test_its_keys_may_be_in_files(
        self, s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The address that a partner gets names the one key, and is signed with the other."""
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(variable, raising=False)
            (tmp_path / variable).write_text(f"of {variable}\n")
            monkeypatch.setenv(f"{variable}_FILE", str(tmp_path / variable))
        url = f"s3://files/some/prefix?endpoint={s3_endpoint}&region=us-east-1"
        storage = BucketStorage(url, tmp_path / "files")
        stored = await storage.put(new_key(), chunks(CONTENT))
        address = await storage.url(stored, "image/png", NOW)
        credential = dict(parse_qsl(urlsplit(address).query))["X-Amz-Credential"]
        assert credential.startswith("of AWS_ACCESS_KEY_ID/")

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"AWS_SECRET_ACCESS_KEY": "x"}, "AWS_SECRET_ACCESS_KEY_FILE are both set"),
            ({"AWS_SECRET_ACCESS_KEY_FILE": "/no/such/file"}, "AWS_SECRET_ACCESS_KEY_FILE is set"),
            ({"AWS_SECRET_ACCESS_KEY_FILE": ""}, "put both into files"),
        ],
    )
    def test_a_file_of_a_key_that_cannot_be_used_is_said(
        self, given: dict[str, str], said: str, tmp_path: Path
    ) -> None:
        (tmp_path / "key").write_text("very secret")
        names = ("AWS_ACCESS_KEY_ID_FILE", "AWS_SECRET_ACCESS_KEY_FILE")
        environment = dict.fromkeys(names, str(tmp_path / "key")) | given
        with pytest.raises(StorageUnavailable, match=said) as refused:
            bucket_keys(environment)
        assert "very secret" not in str(refused.value)
        assert "/no/such" not in str(refused.value)

    async def test_a_bucket_that_is_not_there_is_said_so(
        self, s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        storage = BucketStorage(f"s3://nowhere?endpoint={s3_endpoint}", tmp_path)
        with pytest.raises(StorageUnavailable, match="bucket"):
            await storage.put(new_key(), chunks(CONTENT))
        assert kept_files(tmp_path) == []
