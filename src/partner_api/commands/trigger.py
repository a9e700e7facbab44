"""``layers trigger``."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from partner_api.commands.operator_client import given
from partner_api.commands.partner_client import (
    PartnerRequestError,
    explained,
    open_client,
    partner_of_environment,
)
from partner_api.commands.terminal import print_items, print_json, print_line, say


def _object(text: str) -> dict[str, Any]:
    """Read the data of an event."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"It is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise typer.BadParameter("It must be a JSON object, such as '{\"creditsCharged\": 3}'.")
    return value


def trigger(
    event: Annotated[
        str | None, typer.Argument(metavar="EVENT", help="Such as job.completed.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="A JSON object; its fields replace those of the example.", metavar="JSON"
        ),
    ] = None,
    list_types: Annotated[
        bool, typer.Option("--list", help="Print the types of events, and do nothing else.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the event, or the types, for programs.")
    ] = False,
) -> None:
    """Create a sample event in the test environment, as if it had happened.

    The key is LAYERS_API_KEY, a test key with the scope webhooks:write; the
    server is LAYERS_BASE_URL; LAYERS_ORGANIZATION, if it is set, is the child
    to act for. The sample is published and delivered as every other event.
    """
    if list_types:
        _print_types(as_json=as_json)
        return
    if event is None:
        raise typer.BadParameter("Name an event; --list shows them all.", param_hint="EVENT")
    fields = None if data is None else _object(data)
    envelope = _create(event, fields)
    if as_json:
        print_json(envelope)
        return
    print_line(f"{envelope['id']}  {envelope['type']}")
    say(
        "It goes to the webhook endpoints of the test environment that ask for it, to `layers listen` with a test key, "
        "and to GET /v1/events."
    )


def _create(event: str, fields: dict[str, Any] | None) -> Any:
    from layers_partner import Layers, LayersError

    partner = partner_of_environment()
    with open_client(Layers) as layers:
        if partner.environment == "live":
            raise PartnerRequestError(
                "A sample is made in the test environment only, and LAYERS_API_KEY is a live key. "
                "Set it to one that begins with lp_test_."
            )
        try:
            return layers.events.create_sample(type=event, data=given(fields))
        except LayersError as error:
            raise explained(error, partner.host) from error


def _print_types(*, as_json: bool) -> None:
    from partner_api.events.type_schemas import EVENT_TYPES

    columns = ("type", "title")
    # An endpoint is pinged by its own route.
    items = [
        {"type": one.name, "title": one.title, "description": one.description}
        for one in EVENT_TYPES.values()
        if one.name != "test.ping"
    ]
    print_items(columns, items, as_json=as_json)
