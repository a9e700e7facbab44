"""Files that a worker uploaded and that became no asset: they are removed when their job is over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.content import upload_store
from partner_api.database.skipped_rows import RestingRows
from partner_api.storage import InvalidKey, StorageUnavailable
from partner_api.sweeps.locks import LATER, LockedTenants
from partner_api.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Pool
    from partner_api.storage import Storage

# Longer than the upload of one file takes, which may still go on when its job ends.
_AFTER = timedelta(hours=1)
_FILES_PER_STEP = 200


class PurgeUploads(Sweep):
    """Removes what failed attempts and lost claims have left in storage."""

    name = "uploads"
    pause_seconds = 60.0

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        # By storage key.
        self._resting: RestingRows[str] = RestingRows(self.name)
        self._locked = LockedTenants(self.name)

    @property
    def left_some(self) -> bool:
        """Whether the last step left a tenant for a later one, because somebody held a lock of it."""
        return self._locked.left_some

    async def step(self, pool: Pool, now: datetime) -> int:
        """Remove up to 200 uploads of jobs that ended an hour ago.

        Raises:
            StorageUnavailable: no file can be removed now.
        """
        locked = self._locked.begin_step()
        async with pool.acquire() as connection:
            leftovers = await upload_store.leftovers(
                connection, now - _AFTER, _FILES_PER_STEP, self._resting.keys, locked
            )
        removed = 0
        for leftover in leftovers:
            if leftover.tenant_id in self._locked:
                continue
            if not leftover.kept:
                # First the file: its row is the only trace of it.
                try:
                    await self._storage.delete(leftover.storage_key)
                except StorageUnavailable:
                    raise
                except (InvalidKey, OSError) as error:
                    key = leftover.storage_key
                    self._resting.skip(key, error, tenant_id=leftover.tenant_id, storage_key=key)
                    continue
            try:
                async with pool.acquire() as connection:
                    await upload_store.forget(
                        connection,
                        leftover.tenant_id,
                        leftover.job_id,
                        leftover.attempt,
                        leftover.name,
                    )
            except LATER as error:
                self._locked.leave(leftover.tenant_id, error)
                continue
            self._locked.end(leftover.tenant_id)
            removed += 1
        return removed
