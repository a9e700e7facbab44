"""Bringing databases to the schema of this version, and what each role may do in them."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from alembic.config import Config
from alembic.script import ScriptDirectory
from tests.support import operations
from tests.support.chains import broken_chains
from tests.support.databases import DatabaseUrls, make_database, role_of
from tests.support.invariants import mismatches
from tests.support.operations import post
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.cash import store as cash
from partner_api.database import migrate
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.database.connection import connect, prepare_connection
from partner_api.database.migrate import MigrationError, is_current, read_status, upgrade
from partner_api.edge.idempotency.records import shape_or_whole
from partner_api.edge.identity.credentials import mint_api_key, mint_operator_token
from partner_api.ops.cash.schemas import posted_cash_of
from partner_api.ops.credits.schemas import posted_credits_of
from partner_api.organizations import store as organizations
from partner_api.organizations.schemas import Organization, organization_fields, organization_of
from partner_api.rehearsal.store import (
    enter_production,
    is_for_development,
    raise_offset,
    read_installation,
)

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

NEWEST = migrate.expected_revision()
REVISION = f"""
from partner_api.database.schema.sql_file import run_sql_beside

revision = "9999"
down_revision = "{NEWEST}"


def upgrade() -> None:
    run_sql_beside(__file__)
"""
_FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION .*?\$\$;$", re.S | re.M)
MONEY_TABLES = (
    "cash_events",
    "cash_wallets",
    "credit_events",
    "credit_transfers",
    "jobs",
    "lease_charges",
    "leases",
    "reservations",
    "tenants",
    "wallets",
)


@pytest.fixture
def empty(database_urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, migrated=False) as urls:
        yield urls


@pytest_asyncio.fixture
async def owner(empty: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await connect(empty.owner)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def app(database_urls: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await connect(database_urls.app)
    yield connection
    await connection.close()


@pytest.fixture
def another_version() -> Iterator[None]:
    """For tests that change what this version has; afterwards it is what it was."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    migrate._known_revisions.cache_clear()
    migrate.functions_checksum.cache_clear()


@pytest.fixture
def add_revision(
    another_version: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Give this version one more revision, which runs some SQL."""
    folder = tmp_path / "schema"
    with resources.as_file(resources.files("partner_api.database") / "schema") as installed:
        shutil.copytree(installed, folder)
    monkeypatch.setattr(migrate, "_schema_folder", lambda: folder)

    def add(script: str) -> None:
        (folder / "versions" / "9999_more.py").write_text(REVISION)
        (folder / "versions" / "9999_more.sql").write_text(script)
        _forget()

    return add


@pytest.fixture
def version_at(
    another_version: None, tmp_path: Path
) -> Callable[[str], AbstractContextManager[None]]:
    """Make this version one whose newest revision is an earlier one, while a block runs."""
    with resources.as_file(resources.files("partner_api.database") / "schema") as installed:
        shutil.copytree(installed, tmp_path / "earlier")

    functions = migrate._function_files()

    @contextmanager
    def at(revision: str) -> Iterator[None]:
        later_types: set[str] = set()
        for file in (tmp_path / "earlier" / "versions").glob("[0-9]*"):
            if file.name.partition("_")[0] > revision:
                later_types |= set(re.findall(r"CREATE TYPE (\w+)", file.read_text()))
                file.unlink()
        # Functions that take what came later came later too.
        takes_later = re.compile(rf"\b({'|'.join(later_types) or '-'})\b")
        files = [
            (
                name,
                _FUNCTION.sub(lambda one: "" if takes_later.search(one[0]) else one[0], text),
            )
            for name, text in functions
        ]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(migrate, "_schema_folder", lambda: tmp_path / "earlier")
            patch.setattr(migrate, "_function_files", lambda: files)
            _forget()
            yield
        _forget()

    return at


@pytest.fixture
def add_function(another_version: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give this version another function."""
    files = migrate._function_files()

    def add(definition: str) -> None:
        monkeypatch.setattr(migrate, "_function_files", lambda: [*files, ("99.sql", definition)])
        _forget()

    return add


async def tables(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return sorted(name for (name,) in rows)


async def test_an_empty_database_gets_everything_once(
    empty: DatabaseUrls, owner: Connection
) -> None:
    role = role_of(empty.app)
    assert not await is_current(owner)
    assert not (await read_status(owner, role)).current
    first = await upgrade(empty.owner, role)
    assert first.current
    assert first.revision == first.expected_revision
    assert await is_current(owner)
    applied = await owner.fetch("SELECT * FROM applied_functions")

    assert await upgrade(empty.owner, role) == first
    assert await owner.fetch("SELECT * FROM applied_functions") == applied
    assert await owner.fetchval("SELECT count(*) FROM installation") == 1


async def test_several_at_once_do_it_once(empty: DatabaseUrls, owner: Connection) -> None:
    statuses = await asyncio.gather(*(upgrade(empty.owner, role_of(empty.app)) for _ in range(4)))
    assert all(status.current for status in statuses)
    assert await owner.fetchval("SELECT count(*) FROM applied_functions") == 1


async def test_a_url_may_say_what_only_the_driver_understands(empty: DatabaseUrls) -> None:
    joined = "&" if "?" in empty.owner else "?"
    assert (await upgrade(f"{empty.owner}{joined}sslmode=prefer", None)).current


async def test_an_upgrade_that_fails_leaves_nothing(
    empty: DatabaseUrls, owner: Connection, add_revision: Callable[[str], None]
) -> None:
    add_revision("CREATE TABLE half (x integer); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await upgrade(empty.owner, role_of(empty.app))
    assert await tables(owner) == []


async def test_a_later_upgrade_that_fails_leaves_the_version_before(
    empty: DatabaseUrls, owner: Connection, add_revision: Callable[[str], None]
) -> None:
    await upgrade(empty.owner, role_of(empty.app))
    before = await tables(owner)
    add_revision("CREATE TABLE half (x integer); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await upgrade(empty.owner, role_of(empty.app))
    assert await tables(owner) == before
    assert (await read_status(owner, None)).revision == NEWEST

    add_revision("CREATE TABLE whole (x integer);")
    status = await upgrade(empty.owner, role_of(empty.app))
    assert (status.revision, status.current) == ("9999", True)
    assert set(await tables(owner)) == {*before, "whole"}
    assert await owner.fetchval(
        "SELECT has_table_privilege($1, 'whole', 'SELECT')", role_of(empty.app)
    )


async def test_the_revision_of_a_newer_version_is_left_alone(
    empty: DatabaseUrls, owner: Connection
) -> None:
    await upgrade(empty.owner, role_of(empty.app))
    await owner.execute("UPDATE alembic_version SET version_num = '9999'")
    await migrate.require_current(owner)
    with pytest.raises(MigrationError, match=r"revision 9999, which a newer .* Run that version"):
        await upgrade(empty.owner, role_of(empty.app))

    await owner.execute("TRUNCATE applied_functions")
    with pytest.raises(MigrationError, match=r"revision 9999, which a newer .* Run that version"):
        await migrate.require_current(owner)


async def test_changed_functions_are_applied_and_closed_to_everybody(
    empty: DatabaseUrls, owner: Connection, add_function: Callable[[str], None]
) -> None:
    role = role_of(empty.app)
    await upgrade(empty.owner, role)
    for answer in (41, 42):
        add_function(f"CREATE OR REPLACE FUNCTION latest() RETURNS int RETURN {answer}")
        assert not await is_current(owner)
        assert (await upgrade(empty.owner, role)).current
        assert await owner.fetchval("SELECT latest()") == answer
    for nobody in ("public", role):
        assert not await owner.fetchval(
            "SELECT has_function_privilege($1, 'latest()', 'EXECUTE')", nobody
        )

    # The version before runs on, node by node, and does not put its own back.
    add_function("CREATE OR REPLACE FUNCTION latest() RETURNS int RETURN 41")
    assert await is_current(owner)
    with pytest.raises(MigrationError, match="newer version has already upgraded the functions"):
        await upgrade(empty.owner, role)
    assert await owner.fetchval("SELECT latest()") == 42


async def test_functions_that_fail_leave_those_before(
    empty: DatabaseUrls, owner: Connection, add_function: Callable[[str], None]
) -> None:
    await upgrade(empty.owner, role_of(empty.app))
    add_function("CREATE FUNCTION half() RETURNS int RETURN 1; SELECT 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await upgrade(empty.owner, role_of(empty.app))
    assert await owner.fetchval("SELECT to_regproc('half')") is None
    assert await owner.fetchval("SELECT count(*) FROM applied_functions") == 1


async def test_a_server_that_is_too_old_is_refused(
    empty: DatabaseUrls, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "OLDEST_SERVER_VERSION", 99)
    with pytest.raises(MigrationError, match=r"runs PostgreSQL \d+; version 99 or newer is needed"):
        await upgrade(empty.owner, role_of(empty.app))
    assert await tables(owner) == []


async def test_a_role_without_rights_cannot_migrate(empty: DatabaseUrls, owner: Connection) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await upgrade(empty.app, None)
    assert await tables(owner) == []


async def test_one_role_for_everything_works_too(empty: DatabaseUrls, owner: Connection) -> None:
    status = await upgrade(empty.owner, None)
    assert status.current
    assert not status.separate_application_role
    assert await owner.fetchval("SELECT wallets_roll_over_due(1, now(), '{}')") == 0


def test_revisions_are_known_by_the_names_of_their_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate._schema_folder()))
    script = ScriptDirectory.from_config(config)
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert revisions[::-1] == migrate._known_revisions()
    assert script.get_heads() == [migrate.expected_revision()]


class TestRevision0006:
    """Where development mode ends; on a database that has rows already."""

    # As the previous release writes them, which goes on beside the new schema.
    ADD_KEY = (
        "INSERT INTO api_keys (tenant_id, id, organization_id, keyid, secret_hash, hash_key_id, name, "
        "env, scopes, created_at) VALUES ($1, $2, $3, $4, $5, 'k1', 'Demo', 'live', '{*}', now())"
    )
    ADD_OPERATOR = (
        "INSERT INTO operators (id, name, role, keyid, secret_hash, hash_key_id, created_at) "
        "VALUES ($1, $2, 'admin', $2, $3, 'k1', now())"
    )

    @pytest.fixture
    async def add(self, owner: Connection) -> Callable[[Connection], Awaitable[None]]:
        """Adds a key and an operator as the previous release does; the schema has to be there."""

        async def add(connection: Connection) -> None:
            partner = await make_partner(connection)
            await connection.execute(
                self.ADD_KEY,
                partner.tenant_id,
                uuid4(),
                partner.organization_id,
                mint_api_key(partner.tenant_id, "live").keyid,
                bytes(32),
            )
            await connection.execute(
                self.ADD_OPERATOR, uuid4(), mint_operator_token().keyid, bytes(32)
            )

        return add

    async def test_what_was_there_is_unmarked_and_the_previous_release_goes_on(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
        add: Callable[[Connection], Awaitable[None]],
    ) -> None:
        role = role_of(empty.app)
        with version_at("0005"):
            assert (await upgrade(empty.owner, role)).revision == "0005"
            await prepare_connection(owner)
            await add(owner)
            assert not await owner.fetchval(
                "SELECT EXISTS (SELECT FROM pg_attribute WHERE attname = 'demo')"
            )
        assert (await upgrade(empty.owner, role)).revision == NEWEST

        app = await connect(empty.app)
        try:
            await add(app)
            for table in ("api_keys", "operators"):
                assert [row["demo"] for row in await app.fetch(f"SELECT demo FROM {table}")] == [
                    False,
                    False,
                ]
            # A start of the previous release, and a look at the clock.
            await app.execute(
                "UPDATE installation SET ever_production = true WHERE NOT ever_production"
            )
            assert await app.fetchval("SELECT clock_offset_seconds FROM installation") == 0
        finally:
            await app.close()

    async def test_a_production_database_whose_time_was_moved_stays_what_it_is(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        """An earlier version let that happen. It is migrated, and no server starts on it."""
        role = role_of(empty.app)
        with version_at("0005"):
            await upgrade(empty.owner, role)
            await owner.execute(
                "UPDATE installation SET ever_production = true, clock_offset_seconds = 60"
            )
        assert (await upgrade(empty.owner, role)).current
        app = await connect(empty.app)
        try:
            assert not await enter_production(app)
            assert not await is_for_development(app)
            assert await raise_offset(app, 90) is None
        finally:
            await app.close()
        assert await read_installation(owner) == (60, True)


class TestRevision0008:
    """The hash chains of the ledgers, for rows that were written without."""

    # As the previous release left them: two wallets, every column with and without something in it, and a gap.
    CREDITS = """
        INSERT INTO credit_events
            (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
             included_after, prepaid_after, usage_after, project_id, format, job_id, container_id,
             description, metadata, api_key_id, operator_id, request_id, created_at)
        SELECT $1, w.organization_id, n, gen_random_uuid(), CASE n % 2 WHEN 0 THEN 'usage' ELSE 'grant' END,
               0, CASE n % 2 WHEN 0 THEN -1 ELSE 9 END, 0, 9 * n, n,
               CASE n % 2 WHEN 0 THEN gen_random_uuid() END, CASE n % 2 WHEN 0 THEN 'auto' END,
               CASE n % 2 WHEN 0 THEN gen_random_uuid() END, CASE n % 2 WHEN 0 THEN gen_random_uuid() END,
               CASE n % 3 WHEN 0 THEN E'caf\u00e9 "\\"\n' END,
               CASE n % 3 WHEN 0 THEN '{"reason": "x", "\u00e9": "\\"", "b": ""}' ELSE '{}' END::jsonb,
               CASE n % 4 WHEN 0 THEN gen_random_uuid() END, CASE n % 4 WHEN 1 THEN gen_random_uuid() END,
               CASE n % 4 WHEN 2 THEN 'req_1' END, timestamptz '2026-06-15 12:00:00.123Z' + n * interval '1 s'
          FROM wallets w, generate_series(1, 20) n
         WHERE w.tenant_id = $1 AND NOT (n = 7 AND w.partner_id IS NULL)
    """
    CASH = """
        INSERT INTO cash_events
            (tenant_id, organization_id, sequence, event_id, event_type, amount_cents, balance_after_cents,
             for_organization_id, social_account_id, project_id, lease_month, period_start, period_end,
             description, reference, operator_id, request_id, created_at)
        SELECT $1, w.organization_id, n, gen_random_uuid(),
               CASE n WHEN 2 THEN 'lease_charge' ELSE 'topup' END, CASE n WHEN 2 THEN -5 ELSE 10 END, 10 * n,
               w.organization_id, CASE n WHEN 2 THEN gen_random_uuid() END,
               CASE n WHEN 2 THEN gen_random_uuid() END, CASE n WHEN 2 THEN 0 END,
               CASE n WHEN 2 THEN timestamptz '2026-06-15 12:00Z' END,
               CASE n WHEN 2 THEN timestamptz '2026-07-15 12:00Z' END, 'Paid', CASE n WHEN 1 THEN 'R-1' END,
               gen_random_uuid(), 'req_1', timestamptz '2026-06-15 12:00Z' + n * interval '1 s'
          FROM cash_wallets w, generate_series(1, 3) n WHERE w.tenant_id = $1
    """
    RECORD = """
        INSERT INTO idempotency_keys
            (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, created_at)
        SELECT 0, $2, 'POST', '/posted', $3, '\x01', 200,
               json_build_object('event', to_jsonb(e) - '{{tenant_id,operator_id,request_id,sequence}}'::text[],
                                 'balance_cents', 1, 'balance', 1, 'available', 1), $4
          FROM {events} e WHERE tenant_id = $1 AND sequence = 3 LIMIT 1
    """

    async def test_rows_are_chained_and_the_chain_goes_on(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role, operator = role_of(empty.app), uuid4()
        with version_at("0007"):
            assert (await upgrade(empty.owner, role)).revision == "0007"
            await prepare_connection(owner)
            partner = await make_partner(owner)
            child = await make_child(owner, partner)
            unused = await make_partner(owner)
            await owner.execute(self.CREDITS, partner.tenant_id)
            await owner.execute(self.CASH, partner.tenant_id)
            await owner.execute("UPDATE wallets SET last_sequence = 20, prepaid = 180")
            await owner.execute(
                "UPDATE wallets SET last_sequence = 0, prepaid = 0 WHERE tenant_id = $1",
                unused.tenant_id,
            )
            await owner.execute("UPDATE cash_wallets SET last_sequence = 3, balance_cents = 30")
            await owner.execute(
                "UPDATE cash_wallets SET last_sequence = 0, balance_cents = 0 WHERE tenant_id = $1",
                unused.tenant_id,
            )
            for events in ("credit_events", "cash_events"):
                record = self.RECORD.format(events=events)
                await owner.execute(record, partner.tenant_id, operator, events, NOON)
        assert (await upgrade(empty.owner, role)).revision == NEWEST
        for wallet in (partner, unused):
            assert await broken_chains(owner, wallet.tenant_id) == []

        app = await connect(empty.app)
        try:
            for wallet in (partner, child, unused):
                assert (await post(app, wallet, "grant", 5)).status == "done"
            # What is repeated is answered with the hashes of its row.
            key = Idempotency(0, operator, "POST", "/posted", "credit_events", b"\x01")
            outcome = await post(app, partner, "grant", 5, idempotency=key)
            assert outcome.status == "replayed"
            event = posted_credits_of(outcome.facts or {}).event
            posting = cash.CashPosting(
                partner.organization_id,
                "topup",
                5,
                "Paid",
                None,
                SYSTEM,
                key._replace(key="cash_events"),
            )
            (outcome,) = await cash.post(app, partner.tenant_id, NOON, [posting])
            assert outcome.status == "replayed"
            paid = posted_cash_of(outcome.facts or {}).event
            again = posting._replace(idempotency=None)
            (outcome,) = await cash.post(app, partner.tenant_id, NOON, [again])
            assert outcome.status == "done"
        finally:
            await app.close()
        for table, hash_text in (("credit_events", event.hash), ("cash_events", paid.hash)):
            hashes = await owner.fetch(f"SELECT hash FROM {table} WHERE sequence = 3")
            assert hash_text in {row["hash"].hex() for row in hashes}
        for wallet in (partner, unused):
            assert await broken_chains(owner, wallet.tenant_id) == []


class TestRevision0009:
    """Auto-refill loses its switch; on a database that has wallets of each kind."""

    # What the previous release could have stored: threshold, amount, switch.
    BEFORE: ClassVar[list[tuple[int | None, int | None, bool]]] = [
        (100, 50, True),
        (100, 50, False),
        (None, None, True),
        (None, None, False),
    ]

    async def test_what_was_switched_off_is_cleared_and_nothing_begins_to_move(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role = role_of(empty.app)
        with version_at("0008"):
            assert (await upgrade(empty.owner, role)).revision == "0008"
            await prepare_connection(owner)
            partner = await make_partner(owner, prepaid=10_000)
            children = []
            for threshold, amount, enabled in self.BEFORE:
                children.append(child := await make_child(owner, partner, prepaid=20))
                await owner.execute(
                    "UPDATE wallets SET refill_threshold = $1, refill_amount = $2, "
                    "auto_refill_enabled = $3, monthly_credit_cap = 900 WHERE organization_id = $4",
                    threshold,
                    amount,
                    enabled,
                    child.organization_id,
                )
        assert (await upgrade(empty.owner, role)).current
        # A connection that has learnt the table before, as those of a server have.
        await prepare_connection(owner)
        assert [await self.config(owner, child) for child in children] == [
            (100, 50, True, 900),
            (None, None, False, 900),
            (None, None, False, 900),
            (None, None, False, 900),
        ]
        (row,) = await owner.fetch(
            "SELECT * FROM audit_events WHERE event_type = 'credit_config.updated'"
        )
        assert (row["actor"], row["tenant_id"]) == ("system", partner.tenant_id)
        assert row["organization_id"] == partner.organization_id
        assert row["details"] == {
            "organizationId": f"org_{children[1].organization_id}",
            "monthly_credit_cap": 900,
            "refill_threshold": None,
            "refill_amount": None,
            "auto_refill_enabled": False,
            "reason": "auto_refill_was_off",
            "before": {"refill_threshold": 100, "refill_amount": 50},
        }

        for child in children:
            _, outcome = await operations.start(owner, child, 10)
            assert outcome.status == "done"
        moved = await owner.fetch(
            "SELECT to_organization_id FROM credit_transfers WHERE credits = 50"
        )
        assert [row["to_organization_id"] for row in moved] == [children[0].organization_id]

    async def test_what_the_previous_release_still_stores_moves_nothing(
        self, empty: DatabaseUrls, owner: Connection
    ) -> None:
        """It runs between the revision and the new functions, and may switch off what has both numbers."""
        await upgrade(empty.owner, role_of(empty.app))
        await prepare_connection(owner)
        partner = await make_partner(owner, prepaid=10_000)
        child = await make_child(owner, partner, prepaid=20)
        await owner.execute(
            "UPDATE wallets SET refill_threshold = 100, refill_amount = 50, "
            "auto_refill_enabled = false WHERE organization_id = $1",
            child.organization_id,
        )
        for _ in range(2):
            _, outcome = await operations.start(owner, child, 10)
            assert outcome.status == "done"
        assert (await self.config(owner, child))[:3] == (100, 50, False)
        await operations.configure(owner, child, monthly_credit_cap=5)
        assert await self.config(owner, child) == (None, None, False, 5)

    async def config(self, connection: Connection, child: Wallet) -> tuple[Any, ...]:
        row = await connection.fetchrow(
            "SELECT refill_threshold, refill_amount, auto_refill_enabled, monthly_credit_cap "
            "FROM wallets WHERE organization_id = $1",
            child.organization_id,
        )
        assert row is not None
        return tuple(row)


class TestRevision0010:
    """The time of wallets whose subscription's start was moved; on a database that has such ones."""

    async def test_a_wallet_is_as_late_as_its_last_event_or_its_period(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role = role_of(empty.app)
        with version_at("0009"):
            await upgrade(empty.owner, role)
            await prepare_connection(owner)
            partner = await make_partner(owner, prepaid=100)
            child = await make_child(owner, partner)
            for wallet in (partner, child):
                await operations.subscribe(owner, wallet, 0, billing_status="canceled")
            # As it was left when the start was moved and nothing lapsed.
            await owner.execute(
                "UPDATE wallets SET last_event_at = last_event_at + interval '1 day'"
            )
        await upgrade(empty.owner, role)

        rows = await owner.fetch("SELECT last_event_at FROM wallets")
        assert [row["last_event_at"] for row in rows] == [NOON, NOON]
        assert await mismatches(owner, partner.tenant_id) == []


class TestRevision0012:
    """The form of money functions that had none; on a database with the answers that the edge has kept."""

    RECORD = """
        INSERT INTO idempotency_keys
            (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, created_at)
        VALUES ($1, $2, 'POST', '/suspend', 'k', '\\x01', 200, $3::text::json, $4)
    """

    async def test_what_was_kept_is_answered_to_the_byte_and_what_is_kept_is_facts(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role, caller_id = role_of(empty.app), uuid4()
        with version_at("0011"):
            assert (await upgrade(empty.owner, role)).revision == "0011"
            await prepare_connection(owner)
            partner = await make_partner(owner)
            child = await make_child(owner, partner)
            row = await owner.fetchrow(
                "SELECT * FROM organizations WHERE id = $1", child.organization_id
            )
            assert row is not None
            whole = msgspec.json.encode(Organization(**organization_fields(row)))
            await owner.execute(self.RECORD, child.tenant_id, caller_id, whole.decode(), NOON)
        assert (await upgrade(empty.owner, role)).revision == NEWEST
        app = await connect(empty.app)
        try:
            shape = shape_or_whole(organization_of, Organization)
            for key, fingerprint, status in (("k", b"\1", "replayed"), ("new", b"\2", "done")):
                record = Idempotency(
                    child.tenant_id, caller_id, "POST", "/suspend", key, fingerprint
                )
                item = organizations.StatusItem(
                    child.organization_id, partner.organization_id, "suspended", SYSTEM, record
                )
                (outcome,) = await organizations.set_status(app, child.tenant_id, NOON, [item])
                assert outcome.status == status
                answered = shape(outcome.facts or {})
                (again,) = await organizations.set_status(app, child.tenant_id, NOON, [item])
                assert again == ("replayed", None, outcome.facts)
                if status == "replayed":
                    # Nothing was done.
                    assert msgspec.json.encode(answered) == whole
                assert answered.status == ("active" if status == "replayed" else "suspended")
        finally:
            await app.close()


class TestTheApplicationsRole:
    """Calls the money functions, and cannot write what they write."""

    @pytest.mark.parametrize("table", MONEY_TABLES)
    async def test_it_cannot_write_the_books(self, app: Connection, table: str) -> None:
        column = await app.fetchval(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 1", table
        )
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"INSERT INTO {table} DEFAULT VALUES",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(statement)
        await app.fetch(f"SELECT * FROM {table} LIMIT 1")

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE mine (x integer)",
            "CREATE FUNCTION mine() RETURNS int RETURN 1",
            "CREATE SCHEMA mine",
            "ALTER TABLE wallets DROP CONSTRAINT wallets_check",
            "DROP TABLE wallets CASCADE",
            "DROP FUNCTION wallet_save",
            "CREATE OR REPLACE FUNCTION wallets_lock(bigint, uuid[]) RETURNS void RETURN NULL",
            "ALTER TABLE credit_events DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "SET ROLE pg_database_owner",
        ],
    )
    async def test_it_cannot_change_the_schema(self, app: Connection, statement: str) -> None:
        with pytest.raises(
            (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError)
        ):
            await app.execute(statement)

    async def test_it_cannot_call_what_writes_for_the_money_functions(
        self, app: Connection
    ) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("SELECT wallet_save(w) FROM (SELECT (NULL::wallets).*) w WHERE true")

    async def test_what_runs_as_the_owner_looks_nowhere_else(self, app: Connection) -> None:
        rows = await app.fetch(
            """
            SELECT oid::regprocedure::text AS name, proconfig FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace AND prosecdef
            """
        )
        assert len(rows) > 10
        for row in rows:
            assert "search_path=public, pg_temp" in (row["proconfig"] or ()), row["name"]
