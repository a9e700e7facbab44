"""``layers ops webhooks``: endpoints that fail, what became of what was sent to them, and sending it again."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import (
    DeliveryArgument,
    EndpointArgument,
    JsonOption,
    LimitOption,
    OfOrganization,
    filled,
)
from partner_api.commands.ops.requesting import change, show
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

app = typer.Typer(help="Webhook endpoints of partners.", no_args_is_help=True)

_ENDPOINT_COLUMNS = (
    "id",
    "organizationId",
    "organizationName",
    "env",
    "status",
    "consecutiveFailureCount",
    "waitingDeliveries",
    "oldestWaitingAt",
    "lastSuccessAt",
    "error",
    "url",
)
_DELIVERY_COLUMNS = (
    "id",
    "createdAt",
    "eventType",
    "status",
    "attempts",
    "lastResponseStatus",
    "lastErrorMessage",
    "nextRetryAt",
    "abandonedReason",
    "eventId",
)


@app.command("list")
def list_endpoints(
    organization: OfOrganization = None,
    status: Annotated[
        list[str] | None,
        typer.Option(help="active, paused or auto_paused; may be repeated.", parser=filled),
    ] = None,
    failing: Annotated[
        bool, typer.Option("--failing", help="Only those whose last attempt failed.")
    ] = False,
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """List endpoints: first those whose last attempt failed, newest first, then the others."""
    client = OperatorClient()

    def read(*, only_failing: bool) -> Iterator[Mapping[str, Any]]:
        return client.all(
            lambda layers: layers.webhook_endpoints.list(
                organization_id=given(organization),
                status=given(status),
                failing=given(only_failing or None),
                limit=min(limit, PAGE),
            )
        )

    rows = read(only_failing=True)
    if not failing:
        rows = _each_once(chain(rows, read(only_failing=False)))
    rows = islice(rows, limit)
    if not as_json:
        rows = ({**row, "error": _error_of(row["lastError"])} for row in rows)
    print_items(_ENDPOINT_COLUMNS, rows, as_json=as_json)


@app.command("show")
def show_endpoint(endpoint: EndpointArgument) -> None:
    """Show an endpoint: whose it is, why the server paused it, what waits, and its last error."""
    show(lambda layers: layers.webhook_endpoints.retrieve(endpoint))


@app.command("deliveries")
def list_deliveries(
    endpoint: EndpointArgument,
    status: Annotated[
        list[str] | None,
        typer.Option(
            help="pending, delivering, delivered, failed or abandoned; may be repeated.",
            parser=filled,
        ),
    ] = None,
    event_type: Annotated[
        list[str] | None,
        typer.Option(help="Such as job.completed; may be repeated.", parser=filled),
    ] = None,
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """List what was sent to an endpoint, or is to be, newest first, and how that went."""
    rows = OperatorClient().all(
        lambda layers: layers.webhook_endpoints.deliveries.list(
            endpoint, status=given(status), event_type=given(event_type), limit=min(limit, PAGE)
        )
    )
    print_items(_DELIVERY_COLUMNS, islice(rows, limit), as_json=as_json)


@app.command("delivery")
def show_delivery(endpoint: EndpointArgument, delivery: DeliveryArgument) -> None:
    """Show a delivery: what is sent, and every attempt with the beginning of its answer."""
    show(lambda layers: layers.webhook_endpoints.deliveries.retrieve(endpoint, delivery))


@app.command("replay")
def replay_delivery(
    endpoint: EndpointArgument, delivery: DeliveryArgument, idempotency_key: KeyOption = None
) -> None:
    """Send what a delivery contains once more, as an event of its own."""
    change(
        lambda layers, once: layers.webhook_endpoints.deliveries.replay(endpoint, delivery, **once),
        idempotency_key,
    )


@app.command("recover")
def recover_endpoint(
    endpoint: EndpointArgument,
    since: Annotated[
        str,
        typer.Option(help="Events from this time on, such as 2026-06-01T00:00:00Z.", parser=filled),
    ],
    until: Annotated[
        str | None, typer.Option(help="Events up to this time; else up to now.", parser=filled)
    ] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Send to an endpoint again what it has missed."""
    change(
        lambda layers, once: layers.webhook_endpoints.recover(
            endpoint, since=since, until=given(until), **once
        ),
        idempotency_key,
    )


@app.command("unpause")
def unpause_endpoint(endpoint: EndpointArgument, idempotency_key: KeyOption = None) -> None:
    """Send to an endpoint again that the server has paused."""
    change(lambda layers, once: layers.webhook_endpoints.unpause(endpoint, **once), idempotency_key)


def _each_once(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    shown = set()
    for row in rows:
        if row["id"] not in shown:
            shown.add(row["id"])
            yield row


def _error_of(error: Mapping[str, Any] | None) -> str | None:
    """Return what went wrong in a few words: a sentence, or the status of the answer."""
    if error is None:
        return None
    return error["message"] or f"It answered {error['status']}."
