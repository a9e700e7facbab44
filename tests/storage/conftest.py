"""Both storages: a folder, and a bucket on a server of this machine that speaks S3."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

from partner_api.crypto import SecretKeys
from partner_api.storage.bucket import BucketStorage
from partner_api.storage.folder import FolderStorage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partner_api.storage import Storage

_START_SECONDS = 120


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files", SecretKeys.parse("k1:" + "ab" * 32))


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of a server that speaks S3, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        endpoint = f"http://127.0.0.1:{port}"
        # It takes any credentials, and anyone may make a bucket.
        request = urllib.request.Request(f"{endpoint}/files", method="PUT")
        with urllib.request.urlopen(request) as response:
            assert response.status == 200
        yield endpoint
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def bucket(s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BucketStorage:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    url = f"s3://files/some/prefix?endpoint={s3_endpoint}&region=us-east-1"
    return BucketStorage(url, tmp_path / "files")


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest) -> Storage:
    chosen: Storage = request.getfixturevalue(request.param)
    return chosen
