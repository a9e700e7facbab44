"""``layers ops requests``: what partners ask for, and the operator's answers."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import (
    JsonOption,
    OfOrganization,
    RequestArgument,
    filled,
    identifier,
)
from partner_api.commands.ops.requesting import change, show
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

app = typer.Typer(help="What partners ask for, and your answers.", no_args_is_help=True)

_REQUEST_COLUMNS = (
    "id",
    "organizationId",
    "projectId",
    "status",
    "count",
    "vertical",
    "language",
    "geo",
    "submittedAt",
)


@app.command("list")
def list_requests(
    status: Annotated[
        str | None,
        typer.Option(help="requested (the default), assigned, partial or rejected.", parser=filled),
    ] = None,
    organization: OfOrganization = None,
    as_json: JsonOption = False,
) -> None:
    """List the queue, oldest first."""
    requests = OperatorClient().all(
        lambda layers: layers.lease_requests.list(
            status=given(status), organization_id=given(organization), limit=PAGE
        )
    )
    items: Iterable[Mapping[str, Any]] = requests
    if not as_json:
        items = ({**request["niche"], **request} for request in requests)
    print_items(_REQUEST_COLUMNS, items, as_json=as_json)


@app.command("show")
def show_request(request: RequestArgument) -> None:
    """Show a request with all that the partner wrote."""
    show(lambda layers: layers.lease_requests.retrieve(request))


@app.command("candidates")
def show_candidates(
    request: RequestArgument,
    limit: Annotated[int, typer.Option(help="How many.", min=1)] = 25,
    as_json: JsonOption = False,
) -> None:
    """Show the available accounts that fit a request best, and why."""
    candidates = islice(
        OperatorClient().all(
            lambda layers: layers.lease_requests.candidates.list(request, limit=min(limit, PAGE))
        ),
        limit,
    )
    items: Iterable[Mapping[str, Any]] = candidates
    if not as_json:
        items = (
            {**item, "reasons": [f"{each['points']} {each['text']}" for each in item["reasons"]]}
            for item in candidates
        )
    columns = ("id", "handle", "score", "monthlyPriceCents", "reasons")
    print_items(columns, items, as_json=as_json)


@app.command("fulfil")
def fulfil_request(
    request: RequestArgument,
    accounts: Annotated[
        list[str],
        typer.Argument(metavar="ACCOUNT...", help="pool_…, each once.", parser=identifier),
    ],
    note: Annotated[str | None, typer.Option(help="For the partner.")] = None,
    price_cents: Annotated[
        int | None, typer.Option(help="US cents a month for each, instead of the pool's price.")
    ] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Assign accounts, and charge their first month. Fewer than asked for make it partial."""
    change(
        lambda layers, once: layers.lease_requests.fulfil(
            request,
            pool_account_ids=accounts,
            note=given(note),
            monthly_price_cents=given(price_cents),
            **once,
        ),
        idempotency_key,
    )


@app.command("reject")
def reject_request(
    request: RequestArgument,
    note: Annotated[str, typer.Option(help="Why; the partner reads it.")],
    idempotency_key: KeyOption = None,
) -> None:
    """Reject a request for accounts. This is final."""
    change(
        lambda layers, once: layers.lease_requests.reject(request, note=note, **once),
        idempotency_key,
    )
