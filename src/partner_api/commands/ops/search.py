"""``layers ops search``: anything of any partner, by its id or by what it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.operator_client import OperatorClient
from partner_api.commands.ops.arguments import JsonOption, filled
from partner_api.commands.terminal import print_items

_Text = Annotated[
    str,
    typer.Argument(
        metavar="TEXT",
        help="Any id, the public part of a key, or the beginning of a name, e-mail or handle.",
        parser=filled,
    ),
]


def search(
    text: _Text,
    limit: Annotated[int, typer.Option(help="Hits of a kind, at most 50.", min=1, max=50)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Find anything by its id, or organizations and accounts by the beginning of what they are called."""
    found = OperatorClient().ask(lambda layers: layers.search.find(q=text, limit=limit))
    columns = ("kind", "id", "name", "organizationName", "organizationId", "partOf", "exact")
    print_items(columns, found["items"], as_json=as_json)
