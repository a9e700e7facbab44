"""`layers reconcile` as a person sees it."""

from __future__ import annotations

import asyncio
import io
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest_asyncio
from rich.console import Console
from tests.support.databases import make_database
from tests.support.tenants import Wallet, make_partner

from partner_api.database.connection import connect
from partner_api.ids import format_id
from partner_api.reconciliation import command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection


@pytest_asyncio.fixture
async def partner(connection: Connection) -> Wallet:
    return await make_partner(connection, prepaid=1_000)


@pytest_asyncio.fixture
async def broken_partner(database_urls: DatabaseUrls, partner: Wallet) -> AsyncIterator[Wallet]:
    """A partner with 7 credits out of nothing, until the test is over."""
    owner = await connect(database_urls.owner)
    statement = "UPDATE wallets SET prepaid = prepaid + $2 WHERE tenant_id = $1"
    await owner.execute(statement, partner.tenant_id, 7)
    yield partner
    await owner.execute(statement, partner.tenant_id, -7)
    await owner.close()


async def run(
    url: str,
    *,
    tenant_id: int | None = None,
    organization_id: UUID | None = None,
    terminal: bool = False,
) -> tuple[int, str]:
    """Run the command once; its exit status and what it printed."""
    printed = io.StringIO()
    # Narrow, because lines must stay whole all the same.
    console = Console(file=printed, width=60, force_terminal=terminal)
    status = await command.check_books(
        url,
        tenant_id=tenant_id,
        organization_id=organization_id,
        watch_seconds=None,
        console=console,
    )
    return status, printed.getvalue()


class Watch:
    """The command watching one tenant."""

    def __init__(self, url: str, wallet: Wallet) -> None:
        self._printed = io.StringIO()
        self._task = asyncio.create_task(
            command.check_books(
                url,
                tenant_id=wallet.tenant_id,
                organization_id=None,
                watch_seconds=0.02,
                console=Console(file=self._printed),
            )
        )

    async def until_printed(self, text: str, times: int) -> None:
        """Wait until the text was printed so many times."""
        async with asyncio.timeout(60):
            # It prints into a string, which tells nobody.
            while self._printed.getvalue().count(text) < times:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def stop(self) -> tuple[int, list[str]]:
        """Stop it as Ctrl-C does; its exit status and the lines that it printed."""
        self._task.cancel()
        return await self._task, self._printed.getvalue().splitlines()


async def test_right_books(database_urls: DatabaseUrls, partner: Wallet) -> None:
    status, printed = await run(database_urls.app, tenant_id=partner.tenant_id)

    assert status == 0
    (line,) = printed.splitlines()
    assert "Checked 2 wallets and 1 event in " in line
    assert line.endswith(" s: no mismatch.")


async def test_wrong_books(database_urls: DatabaseUrls, broken_partner: Wallet) -> None:
    status, printed = await run(database_urls.app, tenant_id=broken_partner.tenant_id)

    assert status == 1
    mismatch, meaning, closing = printed.splitlines()
    organization = format_id("org", broken_partner.organization_id)
    assert mismatch == (
        f"{organization}  tenant {broken_partner.tenant_id}  wallet  prepaid_balance  "
        "expected 1000  found 1007"
    )
    assert meaning == ("prepaid_balance: the prepaid credits are the sum of the wallet's events.")
    assert closing.endswith(": 1 mismatch.")


async def test_one_organization(database_urls: DatabaseUrls, broken_partner: Wallet) -> None:
    status, _ = await run(database_urls.app, organization_id=broken_partner.organization_id)
    assert status == 1


async def test_everything(own_urls: DatabaseUrls) -> None:
    """In a database where no other tests leave tenants, all of which are checked."""
    owner = await connect(own_urls.owner)
    right = await make_partner(owner, prepaid=1_000)
    broken = await make_partner(owner, prepaid=1_000)
    statement = "UPDATE wallets SET prepaid = prepaid + $2 WHERE tenant_id = $1"
    await owner.execute(statement, broken.tenant_id, 7)

    status, printed = await run(own_urls.app)

    await owner.execute(statement, broken.tenant_id, -7)
    await owner.close()
    assert status == 1
    assert f"tenant {broken.tenant_id}" in printed
    assert f"tenant {right.tenant_id}" not in printed


async def test_a_terminal_sees_progress(database_urls: DatabaseUrls, partner: Wallet) -> None:
    _, printed = await run(database_urls.app, tenant_id=partner.tenant_id, terminal=True)

    assert "2/2 wallets" in printed
    assert "no mismatch." in printed.splitlines()[-1]


async def test_an_unknown_tenant(database_urls: DatabaseUrls) -> None:
    status, printed = await run(database_urls.app, tenant_id=1)

    assert (status, printed.partition("  ")[2]) == (2, "Not checked: there is no tenant 1.\n")


async def test_an_unknown_organization(database_urls: DatabaseUrls, partner: Wallet) -> None:
    unknown = uuid4()
    name = format_id("org", unknown)

    status, printed = await run(database_urls.app, organization_id=unknown)
    assert status == 2
    assert printed.endswith(f"Not checked: there is no organization {name}.\n")

    status, printed = await run(
        database_urls.app, tenant_id=partner.tenant_id, organization_id=unknown
    )
    assert status == 2
    assert printed.endswith(f"there is no organization {name} in tenant {partner.tenant_id}.\n")


async def test_no_server() -> None:
    status, printed = await run("postgresql://someone:hidden-word@127.0.0.1:1/books")

    assert status == 2
    assert "Not checked: the database did not answer" in printed
    assert "hidden-word" not in printed
    assert len(printed.splitlines()) == 1


async def test_a_database_without_books(database_urls: DatabaseUrls) -> None:
    base, mark, options = database_urls.owner.partition("?")
    empty = base.rpartition("/")[0] + "/postgres" + mark + options

    status, printed = await run(empty)

    assert status == 2
    assert "Run `layers db migrate`" in printed


async def test_a_watch_that_is_stopped_ends_with_its_last_finding(
    database_urls: DatabaseUrls, partner: Wallet
) -> None:
    watch = Watch(database_urls.app, partner)
    await watch.until_printed("no mismatch.", 2)

    status, lines = await watch.stop()

    assert (status, lines[-1]) == (0, "Stopped.")


async def test_a_watch_remembers_that_it_saw_a_mismatch(
    database_urls: DatabaseUrls, partner: Wallet
) -> None:
    owner = await connect(database_urls.owner)
    statement = "UPDATE wallets SET prepaid = prepaid + $2 WHERE tenant_id = $1"
    await owner.execute(statement, partner.tenant_id, 7)
    watch = Watch(database_urls.app, partner)
    await watch.until_printed(": 1 mismatch.", 1)
    await owner.execute(statement, partner.tenant_id, -7)
    await owner.close()
    await watch.until_printed("no mismatch.", 1)

    status, _ = await watch.stop()

    assert status == 1


async def test_a_watch_goes_on_when_the_database_does_not_answer(partner: Wallet) -> None:
    watch = Watch("postgresql://someone@127.0.0.1:1/books", partner)
    await watch.until_printed("Not checked", 2)

    status, _ = await watch.stop()

    assert status == 2


def test_control_c_ends_a_watch_quietly(database_urls: DatabaseUrls, template: str) -> None:
    program = (
        "import asyncio, sys; from rich.console import Console; "
        "from partner_api.reconciliation.command import check_books; "
        "sys.exit(asyncio.run(check_books(sys.argv[1], tenant_id=None, organization_id=None, "
        "watch_seconds=0.1, console=Console())))"
    )
    with (
        make_database(database_urls, template=template) as urls,
        subprocess.Popen(
            [sys.executable, "-c", program, urls.app],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as watch,
    ):
        try:
            assert watch.stdout is not None
            assert "Checked" in watch.stdout.readline()
            # Some time later, in the middle of anything.
            time.sleep(0.27)
            watch.send_signal(signal.SIGINT)
            printed, errors = watch.communicate(timeout=60)
        finally:
            watch.kill()

    assert watch.returncode == 0
    assert printed.endswith("Stopped.\n")
    assert errors == ""
