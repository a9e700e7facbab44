"""Writes whose effect is found in the rows, whatever the client was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.sdk.callers import NO_OPTIONS, Options
from tests.support.installation import Family, Installation, org_id, project_id
from tests.support.invariants import assert_books_balance

from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sdk.callers import Caller

    from partner_api.ids import Prefix

CREDITS = 7


@dataclass(frozen=True)
class Effect:
    """A kind of write, and the statement that finds what such writes have made in a tenant."""

    name: str
    arguments: Callable[[Family], dict[str, Any]]
    id_field: str
    prefix: Prefix
    statement: str

    async def do(self, caller: Caller, family: Family, options: Options = NO_OPTIONS) -> str:
        """Do it; the id of what was made."""
        made = await caller.call(self.name, options, **self.arguments(family))
        made_id: str = made[self.id_field]
        return made_id

    async def made(self, installation: Installation, family: Family) -> list[str]:
        """Return the ids of all that was made for the family, whose books balance."""
        async with installation.pool.acquire() as connection:
            await assert_books_balance(connection, family.partner.tenant_id)
            rows = await connection.fetch(self.statement, family.partner.tenant_id)
        return [format_id(self.prefix, row["id"]) for row in rows]


ALLOCATE = Effect(
    "organizations.credits.allocate",
    lambda family: {"orgId": org_id(family.child), "credits": CREDITS},
    "id",
    "txn",
    "SELECT id FROM credit_transfers WHERE tenant_id = $1",
)
CREATE = Effect(
    "organizations.create",
    lambda family: {"name": "Corner Coffee"},
    "id",
    "org",
    "SELECT id FROM organizations WHERE tenant_id = $1 AND name = 'Corner Coffee'",
)
START = Effect(
    "content.remix_video",
    lambda family: {
        "projectId": project_id(family.partner),
        "tiktokVideoId": "7301234567890123456",
    },
    "jobId",
    "job",
    "SELECT id FROM jobs WHERE tenant_id = $1",
)
EFFECTS = (ALLOCATE, CREATE, START)
