"""``layers ops leases`` and ``layers ops renewals``: what is leased, and what its next months cost."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import (
    AccountArgument,
    JsonOption,
    OfOrganization,
    filled,
)
from partner_api.commands.ops.requesting import change
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

app = typer.Typer(help="Accounts that are leased to partners.", no_args_is_help=True)

_LEASE_COLUMNS = (
    "socialAccountId",
    "organizationId",
    "handle",
    "status",
    "billingStatus",
    "pastDueSince",
    "nextRenewalAt",
    "monthlyPriceCents",
)
_RENEWAL_COLUMNS = (
    "organizationId",
    "name",
    "count",
    "totalCents",
    "pastDueCents",
    "balanceCents",
    "shortfallCents",
    "coveredUntil",
)
_DRY_RUN_COLUMNS = ("organizationId", "socialAccountId", "outcome", "monthsPaid", "paidCents")
_PARTNERS_OF_A_DRY_RUN = 10


@app.command("list")
def list_leases(
    status: Annotated[
        str | None, typer.Option(help="assigned or disconnected.", parser=filled)
    ] = None,
    billing_status: Annotated[
        str | None, typer.Option(help="current or past_due.", parser=filled)
    ] = None,
    due_before: Annotated[
        str | None,
        typer.Option(help="Oldest unpaid month begins before 2027-01-01T00:00:00Z.", parser=filled),
    ] = None,
    organization: OfOrganization = None,
    as_json: JsonOption = False,
) -> None:
    """List leases, newest first."""
    items = OperatorClient().all(
        lambda layers: layers.leases.list(
            status=given(status),
            billing_status=given(billing_status),
            due_before=given(due_before),
            organization_id=given(organization),
            limit=PAGE,
        )
    )
    print_items(_LEASE_COLUMNS, items, as_json=as_json)


@app.command("price")
def set_price(
    account: AccountArgument,
    cents: Annotated[int, typer.Argument(help="US cents a month.")],
    idempotency_key: KeyOption = None,
) -> None:
    """Set what a lease costs from its next renewal on."""
    change(
        lambda layers, once: layers.leases.update(account, monthly_price_cents=cents, **once),
        idempotency_key,
    )


@app.command("recall")
def recall_lease(
    account: AccountArgument,
    note: Annotated[str | None, typer.Option(help="Why; kept on the lease.")] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Recall a leased account at once. Nothing more is charged for it."""
    change(
        lambda layers, once: layers.leases.recall(account, note=given(note), **once),
        idempotency_key,
    )


def show_renewals(
    until: Annotated[
        str | None,
        typer.Option(help="2027-01-01T00:00:00Z; 30 days ahead without it.", parser=filled),
    ] = None,
    organization: OfOrganization = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show what would happen to each lease: now, or with --until day by day until then.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what renewals will cost each partner, and whose cash wallet will fall short."""
    client = OperatorClient()
    if not dry_run:
        items = client.all(
            lambda layers: layers.renewals.list(
                until=given(until), organization_id=given(organization), limit=PAGE
            )
        )
        print_items(_RENEWAL_COLUMNS, items, as_json=as_json)
        return
    partners = client.all(
        lambda layers: layers.renewals.dry_run(
            until=given(until),
            organization_id=given(organization),
            limit=_PARTNERS_OF_A_DRY_RUN,
        )
    )
    if as_json:
        print_items(_DRY_RUN_COLUMNS, partners, as_json=True)
    else:
        leases = (lease for partner in partners for lease in partner["leases"])
        print_items(_DRY_RUN_COLUMNS, leases, as_json=False)
