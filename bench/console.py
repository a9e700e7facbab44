"""Every page of the console over 200 partners and 10 million ledger rows, beside the routes that it shows."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

import typer
import uvloop
from rich.progress import Progress

from partner_api.app import create_app
from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from partner_api.ids import format_id
from partner_api.settings.table import Settings, load_settings
from rig.api import api_environment
from rig.command import CONSOLE, run
from rig.database import temporary_database
from rig.event_pages import Ledger, fill
from rig.leases import fill_leases
from rig.pages import Application, running_application
from rig.report import Goal, judged, number, show
from rig.tenants import (
    make_children,
    make_operator,
    make_partner,
    make_project,
    request_accounts,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation
    from rig.tenants import Spender

_OF_ROUTE = Goal(at_most=5)
_A_BLOCK = Goal(at_most=3)
# A table is read whole where one scan of it reads more rows than this, one after the other.
_MANY_ROWS = 5_000
# What renewals come to, added up by partner and day so that it can be read whole.
_TOTALS = {"lease_calendar", "lease_totals"}
_PAYER = "payerId"
_LARGE_LEDGERS = 4


def main(
    partners: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
    children: Annotated[int, typer.Option(min=1, max=1_000, help="Of each partner.")] = 100,
    leases: Annotated[int, typer.Option(min=1, max=1_000_000)] = 100_000,
    events: Annotated[int, typer.Option(min=1, max=100_000_000)] = 10_000_000,
    times: Annotated[int, typer.Option(min=3, max=1_000, help="Each page is asked for.")] = 20,
) -> None:
    """Fill a database, and ask for each page and for each route that it shows, in turn.

    Times are to the first byte, inside one process and without a network. It starts a PostgreSQL of its own.
    """
    with temporary_database(durable=False) as location:
        environment = {**api_environment(location), "LAYERS_LOG_LEVEL": "error"}
        settings = load_settings(environment)
        ids, token = asyncio.run(_fill(location, settings, partners, children, leases, events))
        uvloop.run(_measure(location, settings, ids, token, times))


async def _fill(
    location: DatabaseLocation,
    settings: Settings,
    partners: int,
    children: int,
    leases: int,
    events: int,
) -> tuple[dict[str, str], str]:
    now = Clock().now()
    assert settings.secret_keys is not None
    owner = await connect(location.owner_url)
    try:
        token = await make_operator(owner, now, SecretKeys.parse(settings.secret_keys), "admin")
        total = partners * children + leases + events
        with Progress(console=CONSOLE, transient=True) as progress:
            task = progress.add_task("Filling", total=total)
            await fill_leases(
                owner, min(partners, leases), leases, lambda n: progress.advance(task, n)
            )
            large: list[Spender] = []
            for _ in range(partners):
                partner = await make_partner(owner, now)
                made = await make_children(owner, now, partner, children)
                progress.advance(task, children)
                large += made[:1]
            for child in large[:_LARGE_LEDGERS]:
                ledger = Ledger(child, events // len(large[:_LARGE_LEDGERS]))
                await fill(owner, ledger, lambda n: progress.advance(task, n))
        child = large[0]
        partner = await make_partner(owner, now)
        project_id = await make_project(owner, now, partner.tenant_id, partner.organization_id)
        at = now.replace(microsecond=0)
        asked = await request_accounts(owner, at, partner, project_id, [uuid4()])
        with CONSOLE.status("Vacuuming …"):
            await owner.execute("VACUUM ANALYZE")
        row = await owner.fetchrow("SELECT social_account_id, pool_account_id FROM leases LIMIT 1")
        payer_id = await owner.fetchval("SELECT organization_id FROM cash_events LIMIT 1")
    finally:
        await owner.close()
    assert row is not None
    return {
        "orgId": format_id("org", child.organization_id),
        "leaseRequestId": format_id("lreq", UUID(int=asked[0].int)),
        "socialAccountId": format_id("sa", row["social_account_id"]),
        "poolAccountId": format_id("pool", row["pool_account_id"]),
        "sequence": "1",
        _PAYER: format_id("org", payer_id or partner.organization_id),
    }, token


async def _measure(
    location: DatabaseLocation, settings: Settings, ids: dict[str, str], token: str, times: int
) -> None:
    rows: list[list[str]] = []
    left_out: list[str] = []
    owner = await connect(location.owner_url)
    try:
        async with running_application(settings) as application:
            cookie = await application.sign_in(token)
            bearer = {"authorization": f"Bearer {token}"}
            for template in _pages(settings):
                names = re.findall(r"\{(\w+)\}", template)
                if not set(names) <= ids.keys():
                    left_out.append(template)
                    continue
                # Leases are paid by partners; the large ledger of credits is a child's.
                own = {**ids, "orgId": ids[_PAYER]} if "/cash" in template else ids
                path = template
                for name in names:
                    path = path.replace(f"{{{name}}}", own[name])
                with CONSOLE.status(f"{template} …"):
                    rows.append(
                        [
                            template,
                            *await _measure_page(application, owner, path, cookie, bearer, times),
                        ]
                    )
    finally:
        await owner.close()
    show(
        "Pages of the console beside the slowest route that each shows",
        ["page", "ms", "route ms", "ratio", "blocks", "most statements a block", "read whole"],
        rows,
    )
    for template in left_out:
        CONSOLE.print(f"{template} was left out: there is nothing to show.")


async def _measure_page(
    application: Application,
    owner: Connection,
    path: str,
    cookie: dict[str, str],
    bearer: dict[str, str],
    times: int,
) -> list[str]:
    before = await _rows_read(application, owner)
    _, calls = await application.count(path, cookie)
    whole = []
    for name, (scans, rows) in (await _rows_read(application, owner)).items():
        scans_before, rows_before = before.get(name, (0, 0))
        if name not in _TOTALS and rows - rows_before > _MANY_ROWS * max(1, scans - scans_before):
            whole.append(name)
    unique = list(dict.fromkeys(calls))
    statements = [(await application.count(call, bearer))[0] for call in unique]
    page_ms, route_ms = [], []
    # In turn, so that what else the machine does meets both.
    for _ in range(3):
        page_ms.append(await application.milliseconds(path, cookie, times))
        each = [await application.milliseconds(call, bearer, times) for call in unique]
        route_ms.append(max(each, default=0))
    page, route = sorted(page_ms)[1], sorted(route_ms)[1]
    return [
        number(page),
        number(route) if unique else "",
        judged(page / route, _OF_ROUTE) if unique else "",
        str(len(calls)),
        # One is the look-up of who asks.
        judged(max(statements) - 1, _A_BLOCK) if statements else "",
        ", ".join(whole) or "none",
    ]


async def _rows_read(application: Application, owner: Connection) -> dict[str, tuple[int, int]]:
    """Return how often each table was read from its beginning so far, and how many rows that were."""
    await application.report_reads()
    rows = await owner.fetch("SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables")
    return {row["relname"]: (row["seq_scan"], row["seq_tup_read"]) for row in rows}


def _pages(settings: Settings) -> list[str]:
    return sorted(
        {
            route.template
            for route in create_app(settings).routes
            if route.method == "GET"
            and route.template.startswith("/console")
            and "." not in route.template
            and "sign-in" not in route.template
        }
    )


if __name__ == "__main__":
    run(main)
