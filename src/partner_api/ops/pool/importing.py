"""Importing a file of accounts into the pool, in one transaction and little memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.ids import new_uuid7
from partner_api.leasing import pool
from partner_api.ops.pool.lines import read_batches
from partner_api.ops.pool.schemas import ImportProblem, PoolImport

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection
    from partner_api.edge.uploads import Upload
    from partner_api.ops.pool.lines import Line

MAX_PROBLEMS = 1000
# The last bits of an id are the number of its line: so it is known which line has a handle.
_LINE_BITS = 32


class _NothingAdded(Exception):
    """Takes back what an import has added."""


class PoolImporter:
    """One import. Its ids are consecutive, in the order of the lines."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._base = new_uuid7(now).int >> _LINE_BITS << _LINE_BITS
        self._lines = 0
        self._rejected = 0
        self._problems: list[ImportProblem] = []

    async def run(self, upload: Upload, *, all_or_nothing: bool) -> PoolImport:
        """Add the accounts of a file, without those that have a problem.

        Args:
            upload: the file.
            all_or_nothing: whether one with a problem means that none is added.

        Raises:
            ApiError: VALIDATION, when a CSV has no header that says what is in it, and when there
                are too many lines.
        """
        added = 0
        try:
            async with self._connection.transaction():
                await self._add_all(upload)
                if all_or_nothing and self._rejected:
                    raise _NothingAdded
                added = self._lines - self._rejected
        except _NothingAdded:
            pass
        return PoolImport(
            lines=self._lines, added=added, rejected=self._rejected, errors=self._problems
        )

    async def _add_all(self, upload: Upload) -> None:
        # From the start also when the transaction is tried a second time.
        upload.file.seek(0)
        for batch in read_batches(upload.file, upload.media_type):
            await self._add(batch)
            # Other requests have their turn, also when no line of many is an account.
            await asyncio.sleep(0)

    async def _add(self, batch: Sequence[Line]) -> None:
        accounts = [self._account_of(line) for line in batch if line.account is not None]
        taken: dict[str, UUID] = {}
        if accounts:
            taken = await pool.insert_accounts(self._connection, self._now, accounts)
        self._lines += len(batch)
        for line in batch:
            problem = line.problem
            if line.account is not None and line.account.handle in taken:
                problem = self._who_has_it(line, taken[line.account.handle])
            if problem:
                self._rejected += 1
                if len(self._problems) < MAX_PROBLEMS:
                    self._problems.append(ImportProblem(line.number, problem))

    def _account_of(self, line: Line) -> pool.ImportedAccount:
        account = line.account
        assert account is not None  # noqa: S101 - asked of lines with one
        return pool.ImportedAccount(
            UUID(int=self._base + line.number),
            account.platform,
            account.handle,
            account.followers,
            account.vertical,
            account.language,
            " ".join(account.geo),
            account.monthly_price_cents,
            account.avatar_url,
        )

    def _who_has_it(self, line: Line, owner: UUID) -> str:
        number = owner.int - self._base
        if number == line.number:
            return ""
        if 0 < number < line.number:
            return f"handle: Line {number} has it already"
        return "handle: The pool has it already"
