"""Databases of a cluster that are migrated, have rows, and are not spread; and what a node says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.databases import role_of
from tests.support.nodes import nodes_of, with_database
from tests.support.tenants import make_child, make_partner

from partner_api.database.connection import connect
from partner_api.database.location import DatabaseLocation

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

# Of all tables with rows of tenants.
_DIGEST = "SELECT coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text || ' ' || count(*) FROM {} t"


def location_of(urls: DatabaseUrls) -> DatabaseLocation:
    """The database as commands take it."""
    role = None if urls.owner == urls.app else role_of(urls.app)
    return DatabaseLocation(urls.owner, urls.app, role)


async def fill(owner_url: str, *, partners: int = 2) -> list[Wallet]:
    """Let partners with children have credits and money."""
    owner = await connect(owner_url)
    try:
        made = []
        for number in range(partners):
            partner = await make_partner(owner, prepaid=1000 + number, cash_cents=500)
            await make_child(owner, partner, prepaid=100)
            made.append(partner)
        return made
    finally:
        await owner.close()


async def digests(owner: Connection) -> dict[str, str]:
    """A digest of the rows of each table, whatever their order."""
    names = await owner.fetch(
        """
        SELECT c.relname::text AS name FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND c.relname !~ '_[0-9]{6,}$' AND c.relname <> 'applied_functions' ORDER BY 1
        """
    )
    found = {row["name"]: await owner.fetchval(_DIGEST.format(row["name"])) for row in names}
    return {name: digest for name, digest in found.items() if digest != "0 0"}


async def on_workers(urls: DatabaseUrls, query: str, *arguments: object) -> list[object]:
    """What each worker answers, by a connection of its own."""
    answers = []
    for url in (await nodes_of(urls.owner))[1:]:
        connection = await connect(with_database(url, urls.owner.rpartition("/")[2]))
        try:
            answers.append(await connection.fetchval(query, *arguments))
        finally:
            await connection.close()
    return answers
