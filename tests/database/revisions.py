"""Databases that are empty, or of an earlier or later version."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from partner_api.database import version

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.database.connection import Connection

NEWEST = version.expected_revision()
FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION .*?\$\$;$", re.S | re.M)


@contextlib.asynccontextmanager
async def with_later_columns(owner: Connection) -> AsyncIterator[None]:
    """Let a database of an earlier version have what the functions of this one need to make wallets."""
    await owner.execute("ALTER TABLE wallets ADD COLUMN is_low boolean NOT NULL DEFAULT false")
    async with with_later_tables(owner):
        yield
    await owner.execute("ALTER TABLE wallets DROP COLUMN is_low")


@contextlib.asynccontextmanager
async def with_later_tables(owner: Connection) -> AsyncIterator[None]:
    """The same of a version that has the columns."""
    await owner.execute("CREATE TABLE postings ()")
    yield
    await owner.execute("DROP TABLE postings")


def forget() -> None:
    version.known_revisions.cache_clear()
    version.functions_checksum.cache_clear()
