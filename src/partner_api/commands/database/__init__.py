"""``layers db``."""

from __future__ import annotations

import typer

from partner_api.commands.database import cluster, schema

app = typer.Typer(
    help="Migrate the database's schema, spread it over a cluster, or look at it.",
    no_args_is_help=True,
)
app.command("migrate")(schema.migrate)
app.command("status")(schema.status)
app.command("distribute")(cluster.distribute)
app.command("move-tenant")(cluster.move_tenant)
app.command("rebalance")(cluster.rebalance)
