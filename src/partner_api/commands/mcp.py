"""``layers mcp``."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Final, cast

import typer

from partner_api.commands.failures import FAILED, UNREAD
from partner_api.commands.partner_client import open_client, partner_of_environment
from partner_api.commands.terminal import say
from partner_api.time_limits import TOOL_CALL_SECONDS

if TYPE_CHECKING:
    from layers_partner import AsyncLayers
    from partner_api.mcp.catalogue import Choice
    from partner_api.mcp.tool import Toolset

# The options are named, not the arguments of the library.
_WORDS: Final = {
    "`api_key` or ": "",
    "`base_url` or ": "--base-url or ",
    "`organization` must": "--organization or LAYERS_ORGANIZATION must",
    "Give LAYERS": "Set LAYERS",
    "It is a key for LayersOperator.": "It is an operator's token; the key of a partner begins with lp_.",
}
_MISSING: Final = (
    "layers: `layers mcp` needs the SDK of the Model Context Protocol. "
    'Install the extra: pip install "layers-partner-api[mcp]".'
)

_AT_A_TERMINAL: Final = (
    "layers: This waits for a program that speaks the Model Context Protocol on standard input. "
    "Ctrl-C ends it; docs/mcp.md says how programs start it."
)

_UNWRITTEN: Final = "layers: Standard output, where the answers go, cannot be written: {reason}."


def _toolsets(text: str) -> str:
    from partner_api.mcp.tool import TOOLSETS

    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in TOOLSETS]:
        raise typer.BadParameter(
            f"There is no toolset {unknown[0]!r}. Take some of {', '.join(TOOLSETS)}, with commas."
        )
    return ",".join(dict.fromkeys(names))


_Toolsets = Annotated[
    str,
    typer.Option(
        help="Which tools: some of core, leases, credits and content, with commas.",
        envvar="LAYERS_MCP_TOOLSETS",
        parser=_toolsets,
        metavar="NAMES",
    ),
]
_ReadOnly = Annotated[
    bool,
    typer.Option(
        "--read-only/--no-read-only",
        help="Only tools that change nothing; wins over --allow-money.",
        envvar="LAYERS_MCP_READ_ONLY",
    ),
]
_AllowMoney = Annotated[
    bool,
    typer.Option(
        "--allow-money",
        help="Also tools that move money, or after which somebody may pay more: allocations, generation, "
        "requests for leases, caps and refills.",
    ),
]
_Organization = Annotated[
    str | None,
    typer.Option(
        help="Act inside this child of the key's organization, in every call. Default: LAYERS_ORGANIZATION.",
        metavar="ORG",
    ),
]
_BaseUrl = Annotated[
    str | None,
    typer.Option(help="The address of the server. Default: LAYERS_BASE_URL.", metavar="URL"),
]


def mcp(
    toolsets: _Toolsets = "core,leases",
    read_only: _ReadOnly = False,
    allow_money: _AllowMoney = False,
    organization: _Organization = None,
    base_url: _BaseUrl = None,
) -> None:
    """Offer the partner's API as tools to a program that speaks the Model Context Protocol.

    Such programs start this command and talk to it over standard input and
    output; it ends when they close them. The key is LAYERS_API_KEY, which is
    never an option, because lists of processes show options. Options win over
    variables.
    """
    if find_spec("mcp") is None:
        say(_MISSING)
        raise typer.Exit(FAILED)
    from layers_partner import AsyncLayers
    from partner_api.commands.listening.stops import run_until_stopped
    from partner_api.mcp.catalogue import Choice

    choice = Choice(
        toolsets=cast("list[Toolset]", toolsets.split(",")),
        read_only=read_only,
        allow_money=allow_money,
    )
    client = open_client(
        AsyncLayers,
        _WORDS,
        seconds=TOOL_CALL_SECONDS,
        organization=organization,
        base_url=base_url,
    )
    if sys.stdin is None:
        # Closed before it began: the client is gone.
        return
    if sys.stdin.isatty():
        say(_AT_A_TERMINAL)
    try:
        run_until_stopped(lambda _stops: _serve(choice, client, base_url))
    except BaseExceptionGroup as group:
        broken, other = group.split(OSError)
        if broken is None or other is not None:
            raise
        if _is_unread(group):
            raise typer.Exit(UNREAD) from None
        say(_UNWRITTEN.format(reason=_first_of(broken).strerror))
        raise typer.Exit(FAILED) from None


async def _serve(choice: Choice, client: AsyncLayers, base_url: str | None) -> None:
    from partner_api.mcp.calls import Caller
    from partner_api.mcp.server import build_server, serve_stdio

    partner = partner_of_environment(base_url)
    async with client:
        caller = Caller(client, partner.host, os.environ.get("LAYERS_API_KEY", ""))
        await serve_stdio(build_server(choice, caller, say))


def _is_unread(group: BaseExceptionGroup[BaseException]) -> bool:
    """Return whether all that happened is that the client has closed standard output."""
    closed, other = group.split(BrokenPipeError)
    return closed is not None and other is None


def _first_of(group: BaseExceptionGroup[OSError]) -> OSError:
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, BaseExceptionGroup) else first
