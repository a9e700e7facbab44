"""A database without others for each test: a worker takes whatever waits in the one it works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.rendering.worker.rendering_processes import let_them_misbehave
from tests.rendering.worker.studio import Studio
from tests.support.emptying import reused_database  # noqa: F401 - pytest finds fixtures here
from tests.support.tenants import make_partner

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect, open_pool
from partner_api.storage.folder import FolderStorage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.databases import DatabaseUrls
    from tests.support.emptying import ReusedDatabase


@pytest.fixture
def urls(reused_database: ReusedDatabase) -> Iterator[DatabaseUrls]:  # noqa: F811 - it is that fixture
    with reused_database.lent() as urls:
        yield urls


@pytest_asyncio.fixture
async def studio(
    urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Studio]:
    """A partner with 1,000 credits, and what a worker works with."""
    let_them_misbehave(tmp_path, monkeypatch)
    pool = await open_pool(urls.app, 8)
    owner = await connect(urls.owner)
    clock = Clock()
    async with pool.acquire() as connection:
        partner = await make_partner(connection, now=clock.now(), prepaid=1_000)
    storage = FolderStorage(tmp_path / "files", SecretKeys.parse("k1:" + "5a" * 32))
    try:
        yield Studio(pool, owner, clock, storage, tmp_path, partner)
    finally:
        await owner.close()
        await pool.close()
