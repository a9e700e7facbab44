"""SQL of the secret keys that a database was used with, of which it knows a check value each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.connection import Connection


async def find_missing_key(connection: Connection, key_ids: Sequence[str]) -> str | None:
    """Return a key that is in use and none of these: see below for what uses keys. Crosses tenants.

    API keys and operators are hashed with them; a server looks at all of those when it starts: a mistake here would
    lock all of them out. Secrets that webhooks are signed with are sealed with them, as long as they sign.
    """
    missing: str | None = await connection.fetchval(
        """
        SELECT hash_key_id FROM api_keys
         WHERE revoked_at IS NULL AND NOT hash_key_id = ANY ($1::text[])
        UNION
        SELECT hash_key_id FROM operators
         WHERE revoked_at IS NULL AND NOT hash_key_id = ANY ($1::text[])
        UNION
        SELECT secret_key_id FROM webhook_endpoints
         WHERE deleted_at IS NULL AND NOT secret_key_id = ANY ($1::text[])
        UNION
        SELECT w.previous_secret_key_id FROM webhook_endpoints w, installation i
         WHERE w.deleted_at IS NULL AND NOT w.previous_secret_key_id = ANY ($1::text[])
           AND w.previous_secret_expires_at > now() + make_interval(secs => i.clock_offset_seconds)
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
