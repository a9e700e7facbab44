"""What requests leave behind without a write of their own: when a key was used, what it was refused.

Kept in memory and written together every few seconds, one row per key, kind and minute: a flood of
refused requests costs the database no more than one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

import structlog

from partner_api.api_keys.operator_store import set_last_used
from partner_api.audit.operator_store import add_refusals
from partner_api.database.outages import is_unavailable, log_unavailable
from partner_api.time_limits import LAST_NOTES_SECONDS

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Pool

_log = structlog.get_logger(__name__)
_FLUSH_SECONDS = 5.0
# Beyond this many keys at a time further ones are only counted in the metrics.
_MOST_PENDING = 10_000

RefusalType = Literal["auth.key_rejected", "auth.scope_denied", "auth.rate_limited"]


class Refusal(NamedTuple):
    """A kind of refusal of one key in one minute."""

    tenant_id: int
    organization_id: UUID
    api_key_id: UUID
    event_type: RefusalType
    minute: datetime


class KeyUse(NamedTuple):
    """A key and its tenant."""

    tenant_id: int
    api_key_id: UUID


class Recorder:
    """Gathers what requests leave behind, and writes it while ``run`` runs."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._refusals: Counter[Refusal] = Counter()
        self._uses: dict[KeyUse, datetime] = {}

    def note_refusal(
        self,
        tenant_id: int,
        organization_id: UUID,
        api_key_id: UUID,
        event_type: RefusalType,
        now: datetime,
    ) -> None:
        """Count a refusal of a key whose secret was right."""
        if len(self._refusals) < _MOST_PENDING:
            minute = now.replace(second=0, microsecond=0)
            self._refusals[Refusal(tenant_id, organization_id, api_key_id, event_type, minute)] += 1

    def note_use(self, tenant_id: int, api_key_id: UUID, now: datetime) -> None:
        """Note that a key was used, to the minute."""
        if len(self._uses) < _MOST_PENDING:
            self._uses[KeyUse(tenant_id, api_key_id)] = now.replace(second=0, microsecond=0)

    async def run(self) -> None:
        """Write every few seconds until cancelled, and once more then, if the database answers soon."""
        try:
            while True:
                await asyncio.sleep(_FLUSH_SECONDS)
                await self._flush_or_keep()
        except asyncio.CancelledError:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_NOTES_SECONDS):
                    await self._flush_or_keep()
            raise

    async def flush(self) -> None:
        """Write what has gathered; what cannot be written, such as of a key that is locked, stays for the next time.

        Raises:
            OSError, asyncpg.PostgresError: the database is unavailable.
        """
        if not self._refusals and not self._uses:
            return
        refusals, self._refusals = self._refusals, Counter()
        uses, self._uses = self._uses, {}
        held: list[tuple[int, UUID]] = []
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                if uses:
                    held = await set_last_used(connection, list(uses.items()))
                if refusals:
                    await add_refusals(connection, list(refusals.items()))
        except BaseException:
            self._refusals.update(refusals)
            self._uses = {**uses, **self._uses}
            raise
        for key in held:
            self._uses.setdefault(KeyUse(*key), uses[KeyUse(*key)])

    async def _flush_or_keep(self) -> None:
        try:
            await self.flush()
        except Exception as error:
            # It is no reason to stop serving; the next time may do.
            if is_unavailable(error):
                log_unavailable(error, where="usage of keys")
            else:
                _log.exception("usage_not_recorded")
