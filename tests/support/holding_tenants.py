"""A database that refuses what a cluster would lose: a change of a tenant's rows by a transaction that has not held it.

On one server ``tenant_hold`` does nothing. Here it notes whose it is, and triggers ask for that note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.nodes import nodes_of

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

_NOTING = """
CREATE OR REPLACE FUNCTION tenant_hold(p_tenant_id bigint)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config(
        'suite.held', coalesce(current_setting('suite.held', true), '') || format('<%s>', p_tenant_id), true);
END
$$;
"""
# A statement that is the first of its transaction to lock or write anything holds what it changes itself, and nobody
# holds the operators' own records, which are found or made by one statement each. A function that the server calls is
# many statements. One that writes behind a lock which it does not wait for seems not to be the first, and is believed.
_ASKING = r"""
CREATE FUNCTION suite_note_statement()
RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('suite.statement', true) IS DISTINCT FROM statement_timestamp()::text THEN
        PERFORM set_config('suite.statement', statement_timestamp()::text, true),
                set_config('suite.is_first', (pg_current_xact_id_if_assigned() IS NULL)::text, true);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION suite_require_hold()
RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.tenant_id <> 0
       AND position(format('<%s>', OLD.tenant_id) IN coalesce(current_setting('suite.held', true), '')) = 0
       AND (current_query() ~* '^\s*SELECT\M'
            OR NOT (current_setting('suite.is_first')::boolean OR current_query() ~* '^\s*WITH\M.*\mSKIP LOCKED\M'))
       -- The tests themselves.
       AND session_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RAISE 'tenant % is not held when % is changed by: %', OLD.tenant_id, TG_TABLE_NAME, current_query();
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
"""


async def ask_for_holds(owner_url: str) -> None:
    """Let a migrated database refuse changes of tenants that are not held; on a cluster, there is nothing to add."""
    if await nodes_of(owner_url):
        return
    connection = await connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute(_NOTING)
            await connection.execute(_ASKING)
            for table in await _tables(connection):
                await connection.execute(
                    f"""
                    CREATE TRIGGER suite_notes BEFORE INSERT OR UPDATE OR DELETE ON {table}
                       FOR EACH STATEMENT EXECUTE FUNCTION suite_note_statement();
                    CREATE TRIGGER suite_holds BEFORE UPDATE OR DELETE ON {table}
                       FOR EACH ROW EXECUTE FUNCTION suite_require_hold()
                    """
                )
    finally:
        await connection.close()


async def _tables(connection: Connection) -> list[str]:
    """List the tables of tenants: those whose primary key begins with it."""
    rows = await connection.fetch(
        """
        SELECT c.oid::regclass::text AS name
          FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] AND a.attname = 'tenant_id'
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        """
    )
    return [row["name"] for row in rows]
