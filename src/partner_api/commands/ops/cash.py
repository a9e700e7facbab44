"""``layers ops cash``: cash wallets of partners."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import (
    AccountArgument,
    DescriptionOption,
    DirectionOption,
    EnvOption,
    JsonOption,
    LimitOption,
    NeededDescription,
    OrganizationArgument,
    ReferenceOption,
    SinceOption,
    UntilOption,
    filled,
    identifier,
)
from partner_api.commands.ops.requesting import change
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

app = typer.Typer(help="Cash wallets of partners, in US cents.", no_args_is_help=True)

CentsArgument = Annotated[int, typer.Argument(help="US cents.")]

_EVENT_COLUMNS = (
    "createdAt",
    "eventType",
    "amountCents",
    "balanceAfterCents",
    "organizationId",
    "socialAccountId",
    "leaseMonth",
    "description",
    "reference",
    "operatorId",
    "requestId",
)


@app.command("events")
def list_events(
    organization: OrganizationArgument,
    event_type: Annotated[
        list[str] | None,
        typer.Option(
            help="topup, lease_charge, lease_renewal, adjustment or refund; may be repeated.",
            parser=filled,
        ),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(help="sa_…, of a lease; may be repeated.", parser=identifier),
    ] = None,
    direction: DirectionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    env: EnvOption = "live",
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """List the cash ledger of a partner, newest first: each movement, for what, and who made it."""
    rows = OperatorClient().all(
        lambda layers: layers.organizations.cash.events.list(
            organization,
            event_type=given(event_type),
            social_account_id=given(account),
            direction=given(direction),
            since=given(since),
            until=given(until),
            env=env,
            limit=PAGE,
        )
    )
    print_items(_EVENT_COLUMNS, islice(rows, limit), as_json=as_json)


@app.command("topup")
def topup(
    organization: OrganizationArgument,
    cents: CentsArgument,
    description: NeededDescription,
    reference: ReferenceOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Record money that a partner has paid in."""
    change(
        lambda layers, once: layers.organizations.cash.top_up(
            organization,
            amount_cents=cents,
            description=description,
            reference=given(reference),
            **once,
        ),
        idempotency_key,
    )


@app.command("adjust", context_settings={"ignore_unknown_options": True})
def adjust(
    organization: OrganizationArgument,
    cents: Annotated[int, typer.Argument(help="US cents; negative takes them.")],
    description: NeededDescription,
    reference: ReferenceOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Correct a partner's cash wallet, up or down."""
    change(
        lambda layers, once: layers.organizations.cash.adjust(
            organization,
            amount_cents=cents,
            description=description,
            reference=given(reference),
            **once,
        ),
        idempotency_key,
    )


@app.command("refund")
def refund(
    organization: OrganizationArgument,
    account: AccountArgument,
    month: Annotated[int, typer.Argument(help="Of the lease; 0 is the first.", min=0)],
    cents: CentsArgument,
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Refund what a month of a lease was charged."""
    change(
        lambda layers, once: layers.organizations.cash.refund(
            organization,
            social_account_id=account,
            lease_month=month,
            amount_cents=cents,
            description=given(description),
            **once,
        ),
        idempotency_key,
    )
