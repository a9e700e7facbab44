"""Which functions may be pushed from within a transaction, and keep plans, follows from what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.cluster.pushed import functions_that_keep_plans, functions_that_write

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


def test_a_function_that_writes_or_locks_a_copied_table_is_found_with_all_its_callers() -> None:
    bodies = {
        "inserts": "BEGIN INSERT INTO pool_accounts VALUES (1); END",
        "updates": "update  only public.pool_accounts SET a = 1;",
        "locks": "SELECT * FROM pool_accounts p WHERE id = 1 FOR NO KEY UPDATE;",
        "calls": "PERFORM middle(1);",
        "middle": "v := inserts (2);",
        "reads": "SELECT * FROM pool_accounts; SELECT * FROM wallets FOR UPDATE;",
        "other": "UPDATE pool_accounts_seen SET a = 1;",
        "says": "-- UPDATE pool_accounts; inserts()\nSELECT 1;",
        "circles": "PERFORM circled();",
        "circled": "PERFORM circles(); PERFORM reads();",
    }
    assert functions_that_write(bodies, ["pool_accounts"]) == {
        *("inserts", "updates", "locks", "calls", "middle")
    }
    assert functions_that_write(bodies, []) == set()


def test_a_function_that_runs_queries_without_looking_at_a_table_is_found() -> None:
    bodies = {
        "inserts": "INSERT INTO wallets (a, b) SELECT a, b FROM unnest(p_rows);",
        "goes_through": "FOR v IN SELECT * FROM unnest(p_rows) LOOP NULL; END LOOP;",
        "calls": "SELECT 1; PERFORM inserts(1);",
        "computes": "v := v + 1; -- SELECT",
        "inserts_one": "INSERT INTO wallets (a) VALUES (1); SELECT 1;",
        "copies": "INSERT INTO wallets (a) SELECT a FROM jobs;",
        "reads": "SELECT * INTO v FROM ONLY public.jobs;",
        "locks": "v := 1; SELECT 1 FROM unnest(p) JOIN wallets USING (id);",
        "updates": "update wallets SET a = (SELECT 1);",
        "calls_reader": "SELECT 1; PERFORM reads ();",
    }
    assert functions_that_keep_plans(bodies, ["jobs", "wallets"]) == {
        *("inserts", "goes_through", "calls")
    }


async def test_what_moves_credits_writes_no_copied_table(owner_connection: Connection) -> None:
    rows = await owner_connection.fetch(
        """
        SELECT proname::text AS name, string_agg(prosrc, ';') AS body FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' GROUP BY proname
        """
    )
    bodies = {row["name"]: row["body"] for row in rows}
    found = functions_that_write(bodies, ["pool_accounts", "tenants"])
    assert found >= {"partner_create", "lease_request_fulfil", "lease_disconnect", "cash_post"}
    assert found.isdisjoint(
        {"credit_allocate", "credit_post", "job_start", "job_complete", "child_create"}
    )
