"""Arguments and options that commands of ``layers ops`` share: an id is one, and a filter is not empty.

A variable that is not set makes an empty argument. That is never what was meant: the list of everything in place of one
organization, or another route in place of one thing.
"""

from __future__ import annotations

import re
from typing import Annotated

import typer

# Of our own ids, with their prefix or bare. None of these characters means something in a path.
_ID = re.compile(r"[A-Za-z0-9_-]+")
_NOT_SET = "It is empty. Is a variable not set?"


def identifier(text: str) -> str:
    """Check that an argument has the form of an id; the server decides whose it is."""
    if not text:
        raise typer.BadParameter(_NOT_SET)
    if not _ID.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is not an id.")
    return text


def filled(text: str) -> str:
    """Check that an option that filters a list, or limits it in time, is not empty."""
    if not text:
        raise typer.BadParameter(_NOT_SET)
    return text


OrganizationArgument = Annotated[
    str, typer.Argument(metavar="ORG", help="org_… or its bare UUID.", parser=identifier)
]
JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="job_…", parser=identifier)]
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="key_…", parser=identifier)]
OperatorArgument = Annotated[
    str, typer.Argument(metavar="OPERATOR", help="opr_…", parser=identifier)
]
RequestArgument = Annotated[
    str, typer.Argument(metavar="REQUEST", help="lreq_…", parser=identifier)
]
AccountArgument = Annotated[
    str,
    typer.Argument(metavar="ACCOUNT", help="sa_… or its bare UUID; leased.", parser=identifier),
]
PoolAccountArgument = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="pool_… or its bare UUID.", parser=identifier)
]
EndpointArgument = Annotated[
    str, typer.Argument(metavar="ENDPOINT", help="Id of a webhook endpoint.", parser=identifier)
]
DeliveryArgument = Annotated[
    str, typer.Argument(metavar="DELIVERY", help="Id of a delivery.", parser=identifier)
]
OfOrganization = Annotated[
    str | None,
    typer.Option("--organization", help="Only of this organization.", parser=identifier),
]
DescriptionOption = Annotated[str | None, typer.Option(help="Why; the partner can read it.")]
NeededDescription = Annotated[str, typer.Option(help="Why; the partner can read it.")]
ReferenceOption = Annotated[str | None, typer.Option(help="Of the payment.")]
EnvOption = Annotated[str, typer.Option(help="live or test.", parser=filled)]
DirectionOption = Annotated[
    str | None, typer.Option(help="in or out: only what came, or went.", parser=filled)
]
SinceOption = Annotated[
    str | None, typer.Option(help="From 2027-01-01T00:00:00Z on.", parser=filled)
]
UntilOption = Annotated[str | None, typer.Option(help="Up to 2027-01-31T23:59:59Z.", parser=filled)]
LimitOption = Annotated[int, typer.Option(help="How many at most.", min=1)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the items as JSON, for programs.")]
