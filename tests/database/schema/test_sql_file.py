"""The statements of a revision's file, one by one."""

from __future__ import annotations

from importlib import resources

from partner_api.database.schema.sql_file import statements_of


def test_a_semicolon_in_a_text_a_comment_or_a_body_ends_no_statement() -> None:
    script = """
-- A comment; with one.
INSERT INTO a VALUES ('x; ''y; z', "c;d");  -- Another; one.
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
DO $body$ BEGIN EXECUTE $$ SELECT 1; $$; END $body$;
-- The end.
"""
    found = [statement.strip().splitlines()[-1] for statement in statements_of(script)]
    assert [line.partition(" ")[0] for line in found] == ["INSERT", "CREATE", "DO"]
    assert found[0].endswith('"c;d")')
    assert found[2].endswith("$body$")


def test_no_statement_of_a_revision_is_lost() -> None:
    folder = resources.files("partner_api.database") / "schema" / "versions"
    for file in folder.iterdir():
        if file.name.endswith(".sql"):
            text = file.read_text(encoding="utf-8")
            rest = text
            for statement in statements_of(text):
                assert statement in rest
                rest = rest.replace(statement, "", 1)
            assert set("".join(line.partition("--")[0] for line in rest.splitlines())) <= set("; ")
