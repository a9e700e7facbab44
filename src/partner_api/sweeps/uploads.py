"""Uploaded files that became no asset: they are deleted after their job ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.content import upload_store
from partner_api.database.skipped_rows import RestingRows
from partner_api.storage import InvalidKey, StorageUnavailable
from partner_api.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Pool
    from partner_api.storage import Storage

# Longer than the upload of one file takes, which may still go on when its job ends.
_AFTER = timedelta(hours=1)
_FILES_PER_STEP = 200


class PurgeUploads(Sweep):
    """Deletes what failed attempts and lost claims have left in storage."""

    name = "uploads"
    pause_seconds = 60.0

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        # By storage key.
        self._resting: RestingRows[str] = RestingRows(self.name)

    async def step(self, pool: Pool, now: datetime) -> int:
        """Delete up to 200 uploads of jobs that ended an hour ago.

        Raises:
            StorageUnavailable: no file can be deleted now.
        """
        async with pool.acquire() as connection:
            leftovers = await upload_store.leftovers(
                connection, now - _AFTER, _FILES_PER_STEP, self._resting.keys
            )
        deleted = 0
        for leftover in leftovers:
            if not leftover.kept:
                # First the file: its row is the only trace of it.
                key = leftover.storage_key
                try:
                    await self._storage.delete(key)
                except StorageUnavailable:
                    raise
                except (InvalidKey, OSError) as error:
                    self._resting.skip(key, error, tenant_id=leftover.tenant_id, storage_key=key)
                    continue
            async with pool.acquire() as connection:
                await upload_store.forget(connection, leftover)
            deleted += 1
        return deleted
