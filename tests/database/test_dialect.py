"""One dialect: no statement and no function has what a Citus cluster refuses, or does not send whole to one node.

The rules are in ``dialect/``, and `docs/scale.md` has their reasons.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.database.dialect.catalog import Catalog, Function, read_catalog
from tests.database.dialect.everything import (
    whole_statements,
    wrong_in_python,
    wrong_in_whole_function,
)
from tests.database.dialect.parsing import parse_plpgsql, parse_sql_body
from tests.database.statements import Statement

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


async def test_no_function_has_what_a_cluster_refuses(connection: Connection) -> None:
    catalog = await read_catalog(connection)
    assert len(catalog.functions) > 100
    found = [
        f"{function.name} {what}"
        for function in catalog.functions
        for what in wrong_in_whole_function(function, catalog)
    ]
    assert not found, "\n".join(sorted(found))


async def test_no_statement_in_python_has_what_a_cluster_refuses(connection: Connection) -> None:
    catalog = await read_catalog(connection)
    statements = whole_statements()
    assert len(statements) > 250
    found = {f"{one.place} {what}" for one in statements for what in wrong_in_python(one, catalog)}
    assert not found, "\n".join(sorted(found))


async def test_no_function_rings_or_listens(connection: Connection) -> None:
    """On a cluster, a function runs where its tenant is, and a bell rings in one server alone: nobody would hear it."""
    rows = await connection.fetch(
        """
        SELECT oid::regprocedure::text AS signature, prosrc AS body FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
        """
    )
    assert len(rows) > 100
    assert [row["signature"] for row in rows if rings(row["body"])] == []


@pytest.mark.parametrize(
    ("body", "is_found"),
    [
        ("BEGIN NOTIFY jobs; END", True),
        ("BEGIN\n    PERFORM pg_notify('jobs', p_id::text);\nEND", True),
        ("BEGIN LISTEN jobs; END", True),
        ("BEGIN\n    -- Who would NOTIFY; pg_notify(...)\n    RETURN notify_after;\nEND", False),
    ],
)
def test_what_rings_is_found(body: str, is_found: bool) -> None:
    assert rings(body) is is_found


def rings(body: str) -> bool:
    """Whether a function's body rings or listens to a bell of PostgreSQL."""
    return bool(_RINGS.search(_COMMENT.sub("", body)))


_COMMENT = re.compile(r"--.*")
_RINGS = re.compile(r"\bpg_notify\s*\(|\b(?:NOTIFY|LISTEN)\s+\w", re.IGNORECASE)
_FORM = "CREATE FUNCTION {}(p_tenant_id bigint, p_rows text[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN {}; END $$"


def function(name: str, text: str, *, language: str = "plpgsql", **about: Any) -> Function:
    """A function of the product with this text."""
    body = (
        parse_plpgsql(_FORM.format(name, text))
        if language == "plpgsql"
        else parse_sql_body(text, frozenset({"p_tenant_id"}))
    )
    known: dict[str, Any] = {
        "volatility": "v",
        "is_entry": False,
        "arguments": ("p_tenant_id", "p_rows"),
    }
    return Function(name=name, signature=name, language=language, body=body, **{**known, **about})


SAVE = function("wallet_save", "UPDATE wallets SET prepaid = 1 WHERE tenant_id = p_tenant_id")
POST = function(
    "post", "PERFORM tenant_hold(p_tenant_id); PERFORM wallet_save(p_tenant_id)", is_entry=True
)
SMALL = Catalog(
    {"wallets", "jobs"},
    [
        SAVE,
        POST,
        function("available", "RETURN", volatility="i"),
        function("today", "RETURN", volatility="s"),
    ],
    {"gen_random_uuid": "v", "jsonb_build_object": "s", "upper": "i", "unnest": "i"},
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("UPDATE wallets SET prepaid = today() WHERE tenant_id = $1", "calls today()"),
        (
            "UPDATE wallets SET id = $2 WHERE tenant_id = $1 AND id = gen_random_uuid()",
            "calls gen_random_uuid()",
        ),
        (
            "UPDATE wallets SET prepaid = $2 WHERE tenant_id = $1 RETURNING today()",
            "sets or returns",
        ),
        (
            "INSERT INTO jobs (tenant_id) VALUES ($1) ON CONFLICT (tenant_id) DO UPDATE SET x = jsonb_build_object()",
            "calls jsonb_build_object() in DO UPDATE",
        ),
        (
            "INSERT INTO jobs AS j (tenant_id) VALUES ($1) ON CONFLICT (tenant_id) DO UPDATE SET x = 1"
            " WHERE j.at < excluded.at - interval '1 day'",
            "interval",
        ),
        (
            "SELECT wallet_save(tenant_id, NULL) FROM wallets WHERE tenant_id = $1",
            "calls wallet_save()",
        ),
        ("SELECT available(w) FROM wallets w WHERE w.tenant_id = $1", "whole row of w"),
        ("SELECT ARRAY(SELECT j FROM jobs j WHERE j.tenant_id = $1)", "whole row of j"),
        ("SELECT array_agg(wallets) FROM wallets WHERE tenant_id = $1", "whole row of wallets"),
        (
            "UPDATE wallets SET prepaid = ($2::bigint[])[1] WHERE tenant_id = $1",
            "element of an array",
        ),
        ("DELETE FROM jobs WHERE tenant_id = $1 AND ctid = $2", "ctid"),
        ("SELECT 1 FROM wallets WHERE id = $1", "wallets of more than one tenant"),
        ("SELECT 1 FROM wallets WHERE tenant_id = ANY ($1)", "wallets of more than one tenant"),
        (
            "SELECT 1 FROM wallets WHERE tenant_id = $1 OR id = $2",
            "wallets of more than one tenant",
        ),
        (
            "SELECT 1 FROM wallets w JOIN jobs j ON j.id = w.id WHERE w.tenant_id = $1",
            "jobs of more than one",
        ),
        (
            "SELECT 1 FROM wallets w, LATERAL (SELECT FROM jobs j WHERE j.id = w.id) x WHERE w.tenant_id = $1",
            "jobs of",
        ),
        (
            "SELECT (SELECT max(id) FROM jobs) FROM wallets WHERE tenant_id = $1",
            "jobs of more than one",
        ),
        (
            "UPDATE wallets SET prepaid = 0 FROM jobs WHERE wallets.tenant_id = $1",
            "jobs of more than one",
        ),
        (
            "WITH a AS (SELECT tenant_id FROM wallets WHERE tenant_id = $1)"
            " SELECT 1 FROM a JOIN jobs USING (tenant_id)",
            "jobs of more",
        ),
        (
            "SELECT 1 FROM wallets w, LATERAL (SELECT FROM jobs j WHERE j.tenant_id = w.tenant_id LIMIT 1) x"
            " WHERE w.tenant_id = $1",
            "jobs of more",
        ),
        (
            "SELECT (SELECT max(id) FROM jobs j WHERE j.tenant_id = w.tenant_id) FROM wallets w WHERE w.tenant_id = $1",
            "jobs of more",
        ),
        (
            "SELECT 1 FROM wallets w WHERE w.tenant_id = $1 AND (w.prepaid > 0 OR EXISTS ("
            "SELECT FROM jobs j WHERE j.tenant_id = w.tenant_id))",
            "jobs of more",
        ),
        (
            "INSERT INTO jobs (tenant_id) SELECT r.tenant_id FROM unnest($1::bigint[]) r (tenant_id)",
            "jobs of more",
        ),
        (
            "INSERT INTO jobs (id, tenant_id) SELECT id, tenant_id FROM wallets",
            "wallets of more than one",
        ),
        (
            "WITH RECURSIVE r AS (SELECT id FROM jobs UNION SELECT j.id FROM r, jobs j) SELECT * FROM r",
            "jobs of more",
        ),
        ("SELECT post($1, $2), today()", "calls more than post()"),
        ("SELECT post($1, $2) FROM tenants", "does more than call post()"),
        ("SELECT post(1 + $1, $2)", "names the tenant of post() by more"),
    ],
)
def test_what_a_cluster_refuses_in_a_statement_is_found(text: str, said: str) -> None:
    found = wrong_in_python(Statement("here", text, is_marked=False), SMALL)
    assert [one for one in found if said in one], found


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE wallets SET prepaid = upper($2)::bigint WHERE tenant_id = $1",
        "SELECT w.*, j.id FROM wallets w LEFT JOIN jobs j ON j.tenant_id = w.tenant_id WHERE w.tenant_id = $1",
        "SELECT 1 FROM wallets w JOIN jobs j USING (tenant_id) WHERE j.tenant_id = $1::bigint",
        "SELECT 1 FROM wallets w WHERE (w.tenant_id, w.id) = ($1, $2) AND EXISTS ("
        "SELECT FROM jobs j WHERE j.tenant_id = w.tenant_id)",
        "WITH a AS (SELECT id FROM wallets WHERE tenant_id = $1)"
        " SELECT 1 FROM a JOIN jobs j USING (id) WHERE j.tenant_id = $1",
        "UPDATE wallets SET prepaid = coalesce(($2::bigint[])[1], prepaid) WHERE tenant_id = $1",
        "SELECT 1 FROM (SELECT $1 AS tenant_id) a LEFT JOIN jobs j ON j.tenant_id = a.tenant_id",
        "SELECT 1 FROM tenants t JOIN wallets w ON w.tenant_id = t.id WHERE t.id = $1",
        "INSERT INTO jobs (tenant_id, id) SELECT $1, u FROM unnest($2::uuid[]) u ON CONFLICT DO NOTHING",
        "INSERT INTO jobs (tenant_id, id) SELECT tenant_id, id FROM wallets WHERE tenant_id = $1",
        "SELECT id FROM operators WHERE now() > $1 FOR UPDATE",
        "SELECT * FROM post($1, $2)",
        "SELECT post($1::bigint, $2)",
    ],
)
def test_what_a_cluster_takes_is_not_complained_about(text: str) -> None:
    assert wrong_in_python(Statement("here", text, is_marked=False), SMALL) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT tenant_id FROM wallets WHERE period_end < $1 ORDER BY period_end LIMIT 10", None),
        ("SELECT tenant_id FROM wallets FOR UPDATE SKIP LOCKED", "locks rows across tenants"),
        ("DELETE FROM jobs WHERE ctid = ANY (ARRAY(SELECT ctid FROM jobs LIMIT 10))", "ctid"),
        (
            "WITH RECURSIVE t AS (SELECT min(tenant_id) AS id FROM jobs UNION ALL"
            " SELECT (SELECT min(tenant_id) FROM jobs WHERE tenant_id > t.id) FROM t) SELECT id FROM t",
            "repeats itself across tenants",
        ),
        (
            "SELECT 1 FROM wallets w, LATERAL (SELECT FROM jobs j LIMIT 1) x",
            "joins LATERAL to jobs",
        ),
        (
            "SELECT 1 FROM wallets w, LATERAL (SELECT FROM jobs j WHERE j.tenant_id = w.tenant_id) x",
            None,
        ),
        ("SELECT 1 FROM wallets WHERE tenant_id = $1", "is said to cross tenants"),
    ],
)
def test_a_look_across_tenants_only_looks(text: str, said: str | None) -> None:
    found = wrong_in_python(Statement("here", text, is_marked=True), SMALL)
    assert not found if said is None else [one for one in found if said in one], found


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (
            function("f", "SELECT prepaid FROM wallets", language="sql", volatility="s"),
            "is of language SQL",
        ),
        (function("f", "SELECT gen_random_uuid()", language="sql"), "is of language SQL"),
        (
            function("f", "PERFORM wallet_save(p_tenant_id)", is_entry=True),
            "does not hold the tenant first",
        ),
        (
            function(
                "f", "PERFORM wallet_save(1); PERFORM tenant_hold(p_tenant_id)", is_entry=True
            ),
            "does not hold the tenant first",
        ),
        (
            function("f", "PERFORM wallet_save(1)", is_entry=True, arguments=("p_now",)),
            "does not take a tenant first",
        ),
        (
            function("wallet_save", "PERFORM tenant_hold(p_tenant_id)"),
            "holds a tenant that its caller holds",
        ),
        (function("f", "PERFORM post(p_tenant_id, NULL)"), "calls what the server calls"),
        (
            function("f", "UPDATE jobs SET a = p_rows[1] WHERE tenant_id = p_tenant_id"),
            "element of an array",
        ),
        (
            function("f", "FOR i IN 1..2 LOOP PERFORM FROM jobs; END LOOP"),
            "jobs of more than one tenant",
        ),
        (
            function("f", "IF EXISTS (SELECT FROM jobs) THEN RETURN; END IF"),
            "jobs of more than one tenant",
        ),
        (function("f", "p_rows[1] := (SELECT id FROM jobs)"), "jobs of more than one tenant"),
    ],
)
def test_what_a_cluster_refuses_in_a_function_is_found(bad: Function, said: str) -> None:
    catalog = Catalog(SMALL.tables, [*SMALL.functions, bad], {"gen_random_uuid": "v"})
    found = wrong_in_whole_function(bad, catalog)
    assert [one for one in found if said in one], found


def test_a_function_in_the_right_form_is_not_complained_about() -> None:
    assert [wrong_in_whole_function(one, SMALL) for one in (SAVE, POST)] == [[], []]
