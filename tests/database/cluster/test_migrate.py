"""A database that is spread is migrated as any other: what a revision adds is spread, and what it changes stays so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest
from tests.database.cluster.worlds import fill, location_of, on_workers

from partner_api.database.cluster.catalog import list_tables
from partner_api.database.cluster.survey import take_survey
from partner_api.database.migrate import upgrade
from partner_api.database.version import read_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.cluster

_REVISION = """
CREATE TABLE notes (
    tenant_id       bigint NOT NULL,
    id              uuid NOT NULL,
    organization_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)
);
INSERT INTO notes SELECT tenant_id, id, id FROM organizations;
ALTER TABLE wallets ADD COLUMN noted integer NOT NULL DEFAULT 7;
ALTER TABLE wallets ADD CONSTRAINT wallets_noted_check CHECK (noted > 0);
"""
_FUNCTION = """
DROP FUNCTION IF EXISTS note_put(bigint, timestamptz{retired});
CREATE OR REPLACE FUNCTION note_put(p_tenant_id bigint, p_now timestamptz{argument}) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE wallets SET noted = noted + {by} WHERE tenant_id = p_tenant_id;
    RETURN (SELECT sum(noted) FROM wallets WHERE tenant_id = p_tenant_id);
END
$$;
"""
_FIRST = _FUNCTION.format(retired=", text", argument="", by=1)
_OTHER_BODY = _FUNCTION.format(retired=", text", argument="", by=2)
_OTHER_SIGNATURE = _FUNCTION.format(retired="", argument=", p_text text", by=3)
_DELEGATED = """
SELECT array_agg(p.oid::regprocedure::text ORDER BY 1) FROM pg_proc p
  JOIN pg_dist_object o ON o.classid = 'pg_proc'::regclass AND o.objid = p.oid
 WHERE o.distribution_argument_index = 0 AND o.force_delegation AND p.proname = 'note_put'
"""


async def test_what_a_later_version_adds_is_spread(
    spread: DatabaseUrls,
    spread_owner: Connection,
    add_revision: Callable[[str], None],
    add_function: Callable[[str], None],
) -> None:
    await fill(spread.owner)
    before = await take_survey(spread_owner)
    assert before is not None
    add_revision(_REVISION)
    add_function(_FIRST)
    statuses = await asyncio.gather(
        *(upgrade(spread.owner, location_of(spread).application_role) for _ in range(2))
    )
    assert [status.revision for status in statuses] == ["9999", "9999"]

    tables = {table.name: table for table in await list_tables(spread_owner)}
    assert (tables["notes"].kind, tables["notes"].distributed) == ("tenants", True)
    assert await spread_owner.fetchval("SELECT count(*) FROM notes") == 4
    tenant_id = await spread_owner.fetchval("SELECT min(id) FROM tenants")
    assert await spread_owner.fetchval("SELECT note_put($1, now())", tenant_id) == 16
    assert await spread_owner.fetchval(_DELEGATED) == ["note_put(bigint,timestamp with time zone)"]
    # What was delegated is so still, although it was replaced.
    after = await take_survey(spread_owner)
    assert after is not None
    assert (after.missing, after.delegated) == ([], before.delegated + 1)
    planned = "SELECT 'plan_cache_mode=force_custom_plan' = ANY (proconfig) FROM pg_proc WHERE proname = 'note_put'"
    assert await on_workers(spread, planned) == [True, True]
    hold = "SELECT prosrc FROM pg_proc WHERE proname = 'tenant_hold'"
    assert [await spread_owner.fetchval(hold)] * 2 == await on_workers(spread, hold)
    # The one of a cluster, not the empty one.
    assert "tenant_id = p_tenant_id" in await spread_owner.fetchval(hold)


async def test_a_function_with_another_body_or_signature_stays_at_the_tenant(
    spread: DatabaseUrls,
    spread_owner: Connection,
    add_revision: Callable[[str], None],
    add_function: Callable[[str], None],
) -> None:
    await fill(spread.owner)
    add_revision(_REVISION)
    exists = "SELECT array_agg(oid::regprocedure::text) FROM pg_proc WHERE proname = 'note_put'"
    tenant_id = await spread_owner.fetchval("SELECT min(id) FROM tenants")
    for text, call, sums in (
        (_FIRST, "note_put($1, now())", 16),
        (_OTHER_BODY, "note_put($1, now())", 20),
        (_OTHER_SIGNATURE, "note_put($1, now(), 'x')", 26),
    ):
        add_function(text)
        await upgrade(spread.owner, location_of(spread).application_role)
        (signature,) = await spread_owner.fetchval(exists)
        assert await spread_owner.fetchval(_DELEGATED) == [signature]
        assert await on_workers(spread, exists) == [[signature]] * 2
        assert await spread_owner.fetchval(f"SELECT {call}", tenant_id) == sums
        callable_by_all = f"SELECT has_function_privilege('public', '{signature}', 'EXECUTE')"
        assert await on_workers(spread, callable_by_all) == [False, False]


async def test_a_migration_that_fails_leaves_nothing_on_any_node(
    spread: DatabaseUrls,
    spread_owner: Connection,
    add_revision: Callable[[str], None],
    add_function: Callable[[str], None],
) -> None:
    before = await read_status(spread_owner, None)
    add_revision(_REVISION)
    add_function(f"{_FIRST} SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await upgrade(spread.owner, location_of(spread).application_role)
    assert (await read_status(spread_owner, None)).revision == before.revision
    left = "SELECT to_regclass('notes')::text || to_regproc('note_put')::text"
    assert [await spread_owner.fetchval(left), *await on_workers(spread, left)] == [None] * 3
