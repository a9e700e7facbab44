"""``layers reconcile``: a check that a person watches."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import asyncpg

from partner_api.clock import Clock, format_seconds
from partner_api.commands.terminal import print_line, progress_bar
from partner_api.database.connection import connect
from partner_api.ids import format_id
from partner_api.reconciliation import store
from partner_api.reconciliation.rules import Mismatch, Progress, Reconciliation, Rule, Scope
from partner_api.reconciliation.run import reconcile
from partner_api.rehearsal.store import read_installation
from partner_api.time_limits import POOL_CLOSE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from rich.console import Console

    from partner_api.database.connection import Connection

AGREES = 0
DIFFERS = 1
NOT_CHECKED = 2


class _NotCheckedError(Exception):
    """The books could not be checked; the message says why and what to do."""


async def check_books(
    url: str,
    *,
    tenant_id: int | None,
    organization_id: UUID | None,
    watch_seconds: float | None,
    console: Console,
) -> int:
    """Check the books and print what differs; return the command's exit status.

    0: they agree. 1: they do not. 2: they could not be checked. With ``watch_seconds`` it checks
    again after each such pause until it is cancelled, which is what Ctrl-C does to
    ``asyncio.run``; the status is then 1 if any check found a mismatch, else the last one's.
    """
    scope = Scope(tenant_id, organization_id)
    if watch_seconds is None:
        return await _check_once(url, scope, console)
    found_any = False
    status = NOT_CHECKED
    try:
        while True:
            status = await _check_once(url, scope, console)
            found_any = found_any or status == DIFFERS
            await asyncio.sleep(watch_seconds)
    except asyncio.CancelledError:
        # Being stopped is how a watch ends, so it is not passed on as a failure.
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        print_line("Stopped.", console)
    return DIFFERS if found_any else status


async def _check_once(url: str, scope: Scope, console: Console) -> int:
    try:
        result = await _connect_and_check(url, scope, console)
    except _NotCheckedError as error:
        print_line(f"{format_seconds(Clock().now())}  Not checked: {error}", console)
        return NOT_CHECKED
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print_line(
            f"{format_seconds(Clock().now())}  Not checked: the database did not answer "
            f"({str(error) or type(error).__name__}). See that it runs and that DATABASE_URL is "
            "right, then try again.",
            console,
        )
        return NOT_CHECKED
    seconds = (result.finished_at - result.started_at).total_seconds()
    count = result.mismatches_found
    finding = "no mismatch" if count == 0 else f"{count:,} mismatch{'es' if count > 1 else ''}"
    print_line(
        f"{format_seconds(result.finished_at)}  Checked {_counted(result.wallets_checked, 'wallet')} and "
        f"{_counted(result.events_checked, 'event')} in {seconds:.1f} s: {finding}.",
        console,
    )
    return AGREES if count == 0 else DIFFERS


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


async def _connect_and_check(url: str, scope: Scope, console: Console) -> Reconciliation:
    connection = await connect(url)
    broken: dict[str, None] = {}
    try:
        await _find_scope(connection, scope)
        with _progress_bar(console) as show:

            def print_mismatch(mismatch: Mismatch) -> None:
                broken[mismatch.rule] = None
                print_line(_line(mismatch), console)

            result = await reconcile(
                connection,
                # Of this installation, which a rehearsal may have moved ahead.
                Clock((await read_installation(connection)).clock_offset_seconds).now(),
                scope,
                on_mismatch=print_mismatch,
                on_progress=show,
            )
    except asyncpg.UndefinedTableError:
        raise _NotCheckedError(
            "the database has no books yet. Run `layers db migrate`, then try again."
        ) from None
    finally:
        await connection.close(timeout=POOL_CLOSE_SECONDS)
    for name in broken:
        print_line(f"{name}: {Rule(name).meaning}.", console)
    return result


async def _find_scope(connection: Connection, scope: Scope) -> None:
    if scope.organization_id is not None:
        tenants = await store.tenants_of(connection, scope.organization_id)
        if not tenants or scope.tenant_id not in (None, *tenants):
            where = "" if scope.tenant_id is None else f" in tenant {scope.tenant_id}"
            raise _NotCheckedError(
                f"there is no organization {format_id('org', scope.organization_id)}{where}."
            )
    elif scope.tenant_id is not None and not await store.tenant_exists(connection, scope.tenant_id):
        raise _NotCheckedError(f"there is no tenant {scope.tenant_id}.")


def _line(mismatch: Mismatch) -> str:
    organization = (
        "no organization"
        if mismatch.organization_id is None
        else format_id("org", mismatch.organization_id)
    )
    return (
        f"{organization}  tenant {mismatch.tenant_id}  {mismatch.subject}  {mismatch.rule}  "
        f"expected {mismatch.expected}  found {mismatch.found}"
    )


@contextlib.contextmanager
def _progress_bar(console: Console) -> Iterator[Callable[[Progress], None]]:
    with progress_bar(
        console,
        "wallets",
        "{task.completed:,}/{task.total:,} wallets",
        "{task.fields[events]:,} events",
        events=0,
    ) as change:

        def show(progress: Progress) -> None:
            change(
                description=progress.stage,
                # Wallets may be opened while the check goes on.
                total=max(progress.wallets, progress.wallets_checked),
                completed=progress.wallets_checked,
                events=progress.events_checked,
            )

        yield show
