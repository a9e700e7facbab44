"""Whatever is changed in a row of the ledgers, and whatever row is missing: the hash chains show it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from tests.reconciliation.breaks import OF_WALLET, about, about_partner
from tests.reconciliation.history import check, drop_constraints, rehash, update
from tests.support.chains import GENESIS, broken_chains, chain_again

from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    import asyncpg
    from tests.reconciliation.history import History

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("pages")

# Every column but the hashes and those in which a row without its wallet could not be at all.
OTHER: dict[str, dict[str, Any]] = {
    "credit_events": {
        "event_id": UUID(int=7),
        "event_type": "purchase",
        "included_delta": 2**62,
        "prepaid_delta": 2**62,
        "included_after": 2**62,
        "prepaid_after": 2**62,
        "usage_after": 12345,
        "project_id": UUID(int=7),
        "format": "",
        "job_id": UUID(int=7),
        "container_id": UUID(int=7),
        "transfer_id": UUID(int=7),
        "description": "",
        "metadata": {"reason": "café"},
        "api_key_id": UUID(int=7),
        "operator_id": UUID(int=7),
        "request_id": "",
        "created_at": datetime(2026, 6, 15, 12, 0, 0, 1000, tzinfo=UTC),
    },
    "cash_events": {
        "event_id": UUID(int=7),
        "event_type": "refund",
        "amount_cents": 2**62,
        "balance_after_cents": 2**62,
        "for_organization_id": UUID(int=7),
        "social_account_id": UUID(int=7),
        "project_id": UUID(int=7),
        "lease_month": 7,
        "period_start": datetime(2026, 6, 15, 12, 0, 1, tzinfo=UTC),
        "period_end": datetime(2026, 6, 15, 12, 0, 1, tzinfo=UTC),
        "description": "",
        "reference": "",
        "operator_id": UUID(int=7),
        "request_id": "",
        "created_at": datetime(2026, 6, 15, 12, 0, 0, 1000, tzinfo=UTC),
    },
}
_UNCHANGED = {"tenant_id", "organization_id", "sequence", "currency", "previous_hash", "hash"}
_NAMES = {"credit_events": "event", "cash_events": "cash event"}


async def of_the_chain(connection: Connection, history: History) -> list[Mismatch]:
    """What the chain finds; rules of the content find things of their own."""
    rules = (Rule.EVENT_HASH, Rule.HASH_CHAIN, Rule.LAST_HASH)
    mismatches = (await check(connection, history)).mismatches
    return [mismatch for mismatch in mismatches if mismatch.rule in rules]


async def row_of(
    connection: Connection, history: History, sequence: int, table: str = "credit_events"
) -> asyncpg.Record:
    """A row of the partner's ledger."""
    row = await connection.fetchrow(
        f"SELECT * FROM {table} WHERE {OF_WALLET} AND sequence = $3",
        history.tenant_id,
        history.partner.organization_id,
        sequence,
    )
    assert row is not None
    return row


async def last_sequence(connection: Connection, history: History) -> int:
    sequence: int = await connection.fetchval(
        f"SELECT last_sequence FROM wallets WHERE {OF_WALLET}",
        history.tenant_id,
        history.partner.organization_id,
    )
    return sequence


async def change(connection: Connection, history: History, sequence: int, assignment: str) -> None:
    """Change a row of the partner's credit ledger."""
    await update(
        connection,
        f"UPDATE credit_events SET {assignment} WHERE {OF_WALLET} AND sequence = $3",
        history.tenant_id,
        history.partner.organization_id,
        sequence,
    )


async def test_every_kind_of_movement_leaves_whole_chains(
    connection: Connection, history: History
) -> None:
    """Also as they are computed here, in Python and from the documentation."""
    assert await broken_chains(connection, history.tenant_id) == []
    assert await of_the_chain(connection, history) == []


async def test_no_column_is_left_out(breaking: Connection) -> None:
    for table, values in OTHER.items():
        columns = await breaking.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0",
            table,
        )
        assert {row["attname"] for row in columns} - _UNCHANGED == set(values)


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, values in OTHER.items() for column in values]
)
async def test_a_changed_column(
    breaking: Connection, history: History, table: str, column: str
) -> None:
    await drop_constraints(breaking, table, "cf")
    before = await row_of(breaking, history, 2, table)
    assert before[column] != OTHER[table][column]
    await update(
        breaking,
        f"UPDATE {table} SET {column} = $4 WHERE {OF_WALLET} AND sequence = $3",
        history.tenant_id,
        history.partner.organization_id,
        2,
        OTHER[table][column],
    )
    (mismatch,) = await of_the_chain(breaking, history)
    assert (mismatch.rule, mismatch.subject) == (Rule.EVENT_HASH, f"{_NAMES[table]} 2")
    assert mismatch.organization_id == history.partner.organization_id
    assert mismatch.found == before["hash"].hex() != mismatch.expected
    assert len(await broken_chains(breaking, history.tenant_id)) == 1


async def test_a_changed_row_with_a_hash_that_fits(breaking: Connection, history: History) -> None:
    """The next one still names the hash that it had."""
    await change(breaking, history, 2, "request_id = 'req_other'")
    before = (await row_of(breaking, history, 2))["hash"]
    await rehash(breaking, history, 2)
    after = (await row_of(breaking, history, 2))["hash"]
    assert await of_the_chain(breaking, history) == [
        about_partner(history, Rule.HASH_CHAIN, "event 3", after.hex(), before.hex())
    ]


async def test_the_newest_row_with_a_hash_that_fits(breaking: Connection, history: History) -> None:
    sequence = await last_sequence(breaking, history)
    before = (await row_of(breaking, history, sequence))["hash"]
    await change(breaking, history, sequence, "description = 'Other'")
    await rehash(breaking, history, sequence)
    after = (await row_of(breaking, history, sequence))["hash"]
    assert await of_the_chain(breaking, history) == [
        about_partner(history, Rule.LAST_HASH, "wallet", after.hex(), before.hex())
    ]


@pytest.mark.parametrize("renumbered", [False, True])
async def test_a_first_row_that_is_missing(
    breaking: Connection, history: History, renumbered: bool
) -> None:
    first, second = [await row_of(breaking, history, sequence) for sequence in (1, 2)]
    await breaking.execute(
        f"DELETE FROM credit_events WHERE {OF_WALLET} AND sequence = 1",
        history.tenant_id,
        history.partner.organization_id,
    )
    if renumbered:
        for sequence in range(2, await last_sequence(breaking, history) + 1):
            await change(breaking, history, sequence, "sequence = sequence - 1")
    found = await of_the_chain(breaking, history)
    subject = "event 1" if renumbered else "event 2"
    link = about_partner(
        history, Rule.HASH_CHAIN, subject, GENESIS.hex(), second["previous_hash"].hex()
    )
    assert link.found == first["hash"].hex()
    assert link in found
    # The number of a row is part of what is hashed.
    assert {each.rule for each in found} == {Rule.HASH_CHAIN, *[Rule.EVENT_HASH] * renumbered}


async def test_a_row_in_the_middle_that_is_missing(breaking: Connection, history: History) -> None:
    second, third = [await row_of(breaking, history, sequence) for sequence in (2, 3)]
    await breaking.execute(
        f"DELETE FROM credit_events WHERE {OF_WALLET} AND sequence = 3",
        history.tenant_id,
        history.partner.organization_id,
    )
    assert await of_the_chain(breaking, history) == [
        about_partner(
            history, Rule.HASH_CHAIN, "event 4", second["hash"].hex(), third["hash"].hex()
        )
    ]


async def test_a_newest_row_that_is_missing_with_the_wallet_adjusted(
    breaking: Connection, history: History
) -> None:
    sequence = await last_sequence(breaking, history)
    before, newest = [await row_of(breaking, history, each) for each in (sequence - 1, sequence)]
    await breaking.execute(
        f"DELETE FROM credit_events WHERE {OF_WALLET} AND sequence = $3",
        history.tenant_id,
        history.partner.organization_id,
        sequence,
    )
    await update(
        breaking,
        f"""
        UPDATE wallets SET last_sequence = last_sequence - 1, prepaid = prepaid - $3,
               included_remaining = included_remaining - $4
         WHERE {OF_WALLET}
        """,
        history.tenant_id,
        history.partner.organization_id,
        newest["prepaid_delta"],
        newest["included_delta"],
    )
    assert await of_the_chain(breaking, history) == [
        about_partner(history, Rule.LAST_HASH, "wallet", before["hash"].hex(), newest["hash"].hex())
    ]


async def test_all_rows_missing(breaking: Connection, history: History) -> None:
    for table, wallets, name in (
        ("credit_events", "wallets", "wallet"),
        ("cash_events", "cash_wallets", "cash wallet"),
    ):
        last = await breaking.fetchval(
            f"SELECT last_hash FROM {wallets} WHERE {OF_WALLET}",
            history.tenant_id,
            history.partner.organization_id,
        )
        await breaking.execute(
            f"DELETE FROM {table} WHERE {OF_WALLET}",
            history.tenant_id,
            history.partner.organization_id,
        )
        assert about_partner(
            history, Rule.LAST_HASH, name, GENESIS.hex(), last.hex()
        ) in await of_the_chain(breaking, history)


async def test_rows_of_another_wallet_do_not_fit(breaking: Connection, history: History) -> None:
    """Two wallets change places, heads included: what is hashed says whose the row is."""
    ids = (history.child.organization_id, history.archived.organization_id)
    for table in ("credit_events", "reservations", "wallets"):
        await drop_constraints(breaking, table, "f")
    for one, other in ((ids[0], UUID(int=1)), (ids[1], ids[0]), (UUID(int=1), ids[1])):
        for table in ("credit_events", "wallets"):
            await breaking.execute(
                f"UPDATE {table} SET organization_id = $3 WHERE {OF_WALLET}",
                history.tenant_id,
                one,
                other,
            )
    found = await of_the_chain(breaking, history)
    assert {(each.rule, each.organization_id, each.subject) for each in found} == {
        (Rule.EVENT_HASH, organization_id, "event 1") for organization_id in ids
    }


async def test_of_many_broken_rows_the_first_is_named(
    breaking: Connection, history: History
) -> None:
    """And a wallet of another organization is not looked at when one is asked for."""
    await breaking.execute(
        f"UPDATE credit_events SET usage_after = usage_after + 1 WHERE {OF_WALLET} AND sequence > 1",
        history.tenant_id,
        history.child.organization_id,
    )
    (mismatch,) = await of_the_chain(breaking, history)
    assert mismatch == about(
        history.child, Rule.EVENT_HASH, "event 2", mismatch.expected, mismatch.found
    )
    assert (await check(breaking, history, history.partner)).mismatches == []
    assert mismatch in (await check(breaking, history, history.child)).mismatches


async def test_whoever_chains_anew_is_not_seen_here(breaking: Connection, history: History) -> None:
    """That is what a head is for that somebody else has kept."""
    head = "SELECT last_hash FROM wallets WHERE tenant_id = $1 AND organization_id = $2"
    partner = (history.tenant_id, history.partner.organization_id)
    kept = await breaking.fetchval(head, *partner)
    await change(breaking, history, 2, "request_id = 'req_other'")
    await chain_again(breaking, history.tenant_id)
    assert await of_the_chain(breaking, history) == []
    assert await broken_chains(breaking, history.tenant_id) == []
    assert await breaking.fetchval(head, *partner) != kept
