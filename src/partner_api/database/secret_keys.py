"""SQL of the secret keys that a database was used with, of which it knows a check value each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.connection import Connection


async def find_missing_key(connection: Connection, key_ids: Sequence[str]) -> str | None:
    """Return a key that API keys or operators are hashed with and that is none of these. Crosses tenants.

    A server looks at all of them when it starts: a mistake here would lock all of them out.
    """
    missing: str | None = await connection.fetchval(
        """
        SELECT hash_key_id FROM api_keys
         WHERE revoked_at IS NULL AND NOT hash_key_id = ANY ($1::text[])
        UNION
        SELECT hash_key_id FROM operators
         WHERE revoked_at IS NULL AND NOT hash_key_id = ANY ($1::text[])
        """,
        key_ids,
    )
    return missing


async def add_check_values(connection: Connection, values: Mapping[str, bytes]) -> None:
    """Record the check values of keys, by their ids; those that are there stay as they are."""
    await connection.executemany(
        "INSERT INTO secret_key_checks (key_id, check_value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        list(values.items()),
    )


async def read_check_values(connection: Connection) -> dict[str, bytes]:
    """Return the check value of every key that the database was used with, by its id."""
    rows = await connection.fetch("SELECT key_id, check_value FROM secret_key_checks")
    return {row["key_id"]: row["check_value"] for row in rows}
