"""What requests leave behind without a write of their own: when a key was used, what it was refused.

Kept in memory and written together every few seconds, one row per key, kind and minute: a flood of
refused requests costs the database no more than one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

import asyncpg
import structlog

from partner_api.api_keys.operator_store import set_last_used
from partner_api.audit.operator_store import add_refusals
from partner_api.database.outages import is_unavailable, log_unavailable
from partner_api.time_limits import LAST_NOTES_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool

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


Note = TypeVar("Note", KeyUse, Refusal)


class Recorder:
    """Gathers what requests leave behind, and writes it while ``run`` runs."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._refusals: Counter[Refusal] = Counter()
        self._uses: dict[KeyUse, datetime] = {}
        # What was written last, to the minute: within it there is nothing to write again.
        self._written: dict[KeyUse, datetime] = {}

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
        use = KeyUse(tenant_id, api_key_id)
        minute = now.replace(second=0, microsecond=0)
        if len(self._uses) < _MOST_PENDING and self._written.get(use) != minute:
            self._uses[use] = minute

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
        if len(self._written) > _MOST_PENDING:
            self._written = {}
        used, refused = _by_tenant(uses), _by_tenant(refusals)
        failure: asyncpg.PostgresError | None = None
        try:
            async with self._pool.acquire() as connection:
                for tenant_id in used.keys() | refused.keys():
                    # What cannot be written of one tenant keeps nothing back of the others.
                    try:
                        if tenant_id in used:
                            await self._write_uses(connection, tenant_id, used[tenant_id], uses)
                        if tenant_id in refused:
                            counts = [
                                (refusal, refusals[refusal]) for refusal in refused[tenant_id]
                            ]
                            await add_refusals(connection, tenant_id, counts)
                            for refusal, _ in counts:
                                del refusals[refusal]
                    except asyncpg.PostgresError as error:
                        failure = error
        finally:
            self._refusals.update(refusals)
            self._uses = {**uses, **self._uses}
        if failure is not None:
            raise failure

    async def _write_uses(
        self,
        connection: Connection,
        tenant_id: int,
        keys: Sequence[KeyUse],
        uses: dict[KeyUse, datetime],
    ) -> None:
        """Write when keys of a tenant were used, and take them out of ``uses``, but for those that are locked."""
        held = await set_last_used(
            connection, tenant_id, {key.api_key_id: uses[key] for key in keys}
        )
        for key in keys:
            if key.api_key_id not in held:
                self._written[key] = uses.pop(key)

    async def _flush_or_keep(self) -> None:
        try:
            await self.flush()
        except Exception as error:
            # It is no reason to stop serving; the next time may do.
            if is_unavailable(error):
                log_unavailable(error, where="usage of keys")
            else:
                _log.exception("usage_not_recorded")


def _by_tenant(notes: Iterable[Note]) -> dict[int, list[Note]]:
    notes_of: defaultdict[int, list[Note]] = defaultdict(list)
    for note in notes:
        notes_of[note.tenant_id].append(note)
    return dict(notes_of)
