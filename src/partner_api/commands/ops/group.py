"""``layers ops`` with all its groups."""

from __future__ import annotations

import typer

from partner_api.commands.ops import (
    audit,
    books,
    cash,
    clock,
    credits,
    installation,
    jobs,
    keys,
    leases,
    operators,
    partners,
    pool,
    requests,
    search,
    sessions,
    webhooks,
)

app = typer.Typer(help="Run the platform: partners, credits, cash, accounts.", no_args_is_help=True)
for group, name in (
    (partners, "partners"),
    (keys, "keys"),
    (credits, "credits"),
    (cash, "cash"),
    (pool, "pool"),
    (requests, "requests"),
    (leases, "leases"),
    (operators, "operators"),
    (clock, "clock"),
    (jobs, "jobs"),
    (webhooks, "webhooks"),
    (sessions, "sessions"),
):
    app.add_typer(group.app, name=name)
app.command("reconciliation")(installation.show_reconciliation)
app.command("bootstrap")(installation.bootstrap)
app.command("console")(sessions.console)
app.command("renewals")(leases.show_renewals)
app.command("search")(search.search)
app.command("audit")(audit.show_audit)
app.command("daily-totals")(books.show_daily_totals)
app.command("reconciliations")(books.list_reconciliations)
