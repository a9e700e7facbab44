"""Each column that a rule derives, changed behind the functions' back: the check says so, and by which rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tests.reconciliation.chain_corruptions import CHAIN_CORRUPTIONS
from tests.reconciliation.columns import COLUMNS
from tests.reconciliation.corruptions import EVENTS, POSTINGS, TRANSFERS, WALLETS, Corruption
from tests.reconciliation.corruptions_of_work import CASH, JOBS, LEASES, TOLD, TOTALS
from tests.reconciliation.history import drop_constraints
from tests.reconciliation.scene import END, Names, make_scene
from tests.support.shifted import shifted

from partner_api.reconciliation import store
from partner_api.reconciliation.rules import Mismatch, Rule, Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Pool

CHAIN = {Rule.EVENT_HASH, Rule.HASH_CHAIN, Rule.LAST_HASH}
CORRUPTIONS = [*WALLETS, *EVENTS, *TRANSFERS, *POSTINGS, *JOBS, *CASH, *TOTALS, *LEASES, *TOLD]
_STEP = re.compile(r"(\w+) ([+-] interval '[^']+')")


@pytest_asyncio.fixture(scope="session")
async def scene(pool: Pool) -> Names:
    """Nobody changes it for good."""
    async with pool.acquire() as connection:
        return await make_scene(connection)


async def corrupt(connection: Connection, names: Names, statement: str) -> None:
    """Run a statement that has to change something, with the names of the scene."""
    literals = {
        name: f"'{value}'::uuid" if isinstance(value, UUID) else str(value)
        for name, value in names.items()
    }
    statement = _STEP.sub(lambda step: shifted(*step.groups()), statement.format(**literals))
    # A cluster takes nothing in an UPDATE that would be different for each row.
    done = await connection.execute(statement.replace("gen_random_uuid()", f"'{uuid4()}'::uuid"))
    assert int(done.split()[-1]) >= 1, done


async def found(
    connection: Connection, names: Names, organization: str | None = None
) -> list[Mismatch]:
    """What a check of the scene, or of one of its organizations, finds at its end."""
    scope = Scope(names["tenant"], None if organization is None else names[organization])
    return (await reconcile(connection, END, scope)).mismatches


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("organization", [None, "partner", "child", "archived", "bare"])
async def test_nothing_is_wrong_with_it(
    connection: Connection, scene: Names, organization: str | None
) -> None:
    assert await found(connection, scene, organization) == []


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=str)
async def test_it_is_reported(breaking: Connection, scene: Names, corruption: Corruption) -> None:
    for each in filter(None, corruption.drops.split(",")):
        await drop_constraints(breaking, *each.split(":"))
    await corrupt(breaking, scene, corruption.statement)

    mismatches = await found(breaking, scene, corruption.organization)

    assert corruption.rule in {each.rule for each in mismatches}, mismatches
    of_all = await found(breaking, scene)
    assert (corruption.rule, scene[corruption.organization]) in {
        (each.rule, each.organization_id) for each in of_all
    }


@pytest.mark.parametrize(
    ("statement", "organization"),
    [
        (statement, "partner" if "cash_events" in statement else "child")
        for _, statement in CHAIN_CORRUPTIONS
    ],
    ids=[name for name, _ in CHAIN_CORRUPTIONS],
)
async def test_what_no_rule_derives_breaks_the_chain(
    breaking: Connection, scene: Names, statement: str, organization: str
) -> None:
    await corrupt(breaking, scene, statement)
    mismatches = await found(breaking, scene, organization)
    assert {each.rule for each in mismatches} & CHAIN, mismatches
    assert {each.organization_id for each in mismatches} == {scene[organization]}


def test_every_derived_column_is_changed_once() -> None:
    """And what is changed is derived by that rule, or by another of which the table speaks."""
    changed = {each.column for each in CORRUPTIONS}
    derived = {
        f"{table}.{column}"
        for table, columns in COLUMNS.items()
        for column, reason in columns.items()
        if isinstance(reason, Rule)
    }
    assert derived - changed == set()


async def test_every_column_of_the_books_is_thought_of(connection: Connection) -> None:
    rows = await connection.fetch(
        """
        SELECT table_name, column_name FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = ANY ($1)
        """,
        list(COLUMNS),
    )
    assert {(row["table_name"], row["column_name"]) for row in rows} == {
        (table, column) for table, columns in COLUMNS.items() for column in columns
    }


async def test_books_of_a_tenant_that_is_gone_are_checked(
    breaking: Connection, scene: Names
) -> None:
    await drop_constraints(breaking, "tenants", "p")
    await corrupt(breaking, scene, "DELETE FROM tenants WHERE id = {tenant}")
    assert scene["tenant"] in await store.list_tenants(breaking, scene["tenant"] - 1, 1)


def test_every_rule_of_one_value_breaks_alone_somewhere() -> None:
    """A rule that no corruption ever breaks would prove nothing."""
    elsewhere = {
        Rule.AMOUNT_NEGATIVE,
        Rule.RESERVED_LIMIT,
        Rule.REFUND_LIMIT,
        Rule.TENANT_ALLOCATIONS,
        # tests/reconciliation/test_chain.py, column by column.
        *CHAIN,
        # tests/reconciliation/test_day_rules.py, column by column.
        Rule.DAILY_TOTALS,
    }
    assert set(Rule) - {each.rule for each in CORRUPTIONS} == elsewhere
