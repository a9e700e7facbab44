"""``layers ops pool``: the operator's accounts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from partner_api.commands.operator_client import OperatorClient
from partner_api.commands.ops.arguments import JsonOption, PoolAccountArgument, filled
from partner_api.commands.ops.requesting import change
from partner_api.commands.repeating import KeyOption, repeatable
from partner_api.commands.terminal import (
    errors,
    print_items,
    print_json,
    print_line,
    progress_bar,
)

app = typer.Typer(help="The pool of warmed accounts.", no_args_is_help=True)

_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
}


@app.command("add")
def add_account(
    handle: str,
    followers: Annotated[int, typer.Option(help="How many it has.")],
    vertical: Annotated[str, typer.Option(help="What it is about, such as food_and_drink.")],
    language: Annotated[str, typer.Option(help="BCP 47.")],
    geo: Annotated[list[str], typer.Option(help="Country of its audience; may be repeated.")],
    price_cents: Annotated[int | None, typer.Option(help="US cents a month.")] = None,
    avatar_url: Annotated[str | None, typer.Option(help="https://…")] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Add a warmed TikTok account."""
    body: dict[str, Any] = {
        "platform": "tiktok",
        "handle": handle,
        "followers": followers,
        "vertical": vertical,
        "language": language,
        "geo": geo,
        "monthlyPriceCents": price_cents,
        "avatarUrl": avatar_url,
    }
    change("POST", "pool", "accounts", body=body, key=idempotency_key)


@app.command("list")
def list_accounts(
    status: Annotated[
        str | None, typer.Option(help="available, leased or retired.", parser=filled)
    ] = None,
    vertical: Annotated[
        str | None, typer.Option(help="Only of this vertical.", parser=filled)
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Only in this language.", parser=filled)
    ] = None,
    geo: Annotated[
        str | None, typer.Option(help="Only with an audience in this country.", parser=filled)
    ] = None,
    min_followers: Annotated[int | None, typer.Option(help="Only with at least so many.")] = None,
    search: Annotated[str | None, typer.Option(help="A part of the handle.", parser=filled)] = None,
    as_json: JsonOption = False,
) -> None:
    """List the pool, newest first."""
    items = OperatorClient().pages(
        "pool",
        "accounts",
        status=status,
        vertical=vertical,
        language=language,
        geo=geo,
        minFollowers=min_followers,
        search=search,
    )
    columns = ("id", "handle", "followers", "vertical", "language", "monthlyPriceCents", "status")
    print_items(columns, items, as_json=as_json)


@app.command("patch")
def change_account(
    account: PoolAccountArgument,
    followers: Annotated[int | None, typer.Option(help="How many it has now.")] = None,
    vertical: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP 47.")] = None,
    geo: Annotated[
        list[str] | None, typer.Option(help="Country of its audience; may be repeated.")
    ] = None,
    price_cents: Annotated[
        int | None, typer.Option(help="US cents a month, for later leases.")
    ] = None,
    avatar_url: Annotated[str | None, typer.Option(help="https://…")] = None,
    available: Annotated[
        bool, typer.Option("--available", help="A retired account can be leased again.")
    ] = False,
    idempotency_key: KeyOption = None,
) -> None:
    """Change an account; what is left out stays."""
    body = {
        "followers": followers,
        "vertical": vertical,
        "language": language,
        "geo": geo or None,
        "monthlyPriceCents": price_cents,
        "avatarUrl": avatar_url,
        "status": "available" if available else None,
    }
    if all(value is None for value in body.values()):
        raise typer.BadParameter("Say what to change.")
    change("PATCH", "pool", "accounts", account, body=body, key=idempotency_key)


@app.command("retire")
def retire_account(account: PoolAccountArgument, idempotency_key: KeyOption = None) -> None:
    """Retire an account. One that is leased has to be recalled first."""
    body = {"status": "retired"}
    change("PATCH", "pool", "accounts", account, body=body, key=idempotency_key)


@app.command("import")
def import_accounts(
    file: Annotated[
        Path,
        typer.Argument(
            help="A .csv whose first line names the columns, or an .ndjson.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Add none when there is a line with a problem.")
    ] = False,
    as_json: JsonOption = False,
    idempotency_key: KeyOption = None,
) -> None:
    """Add the accounts of a file. Status 1 when there was a line with a problem."""
    media_type = _MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        raise typer.BadParameter(
            f"Its name has to end in {', '.join(_MEDIA_TYPES)}.", param_hint="FILE"
        )
    client = OperatorClient()
    with repeatable(idempotency_key) as attempt, file.open("rb") as opened:
        result = _send(client, opened, media_type, attempt.key, all_or_nothing=all_or_nothing)
        attempt.done = True
        if as_json:
            print_json(result)
        else:
            _explain(result)
    if result["rejected"]:
        raise typer.Exit(1)


def _send(
    client: OperatorClient, file: IO[bytes], media_type: str, key: str, *, all_or_nothing: bool
) -> Any:
    size = os.fstat(file.fileno()).st_size
    done = 0
    with progress_bar(
        errors(), "Sending", "{task.completed:,}/{task.total:,} bytes", total=size
    ) as show:

        def sent(count: int) -> None:
            nonlocal done
            done += count
            show(completed=done, description="Sending" if done < size else "Adding")

        return client.upload(
            *("pool", "accounts", "import"),
            file=file,
            size=size,
            media_type=media_type,
            on_sent=sent,
            query={"allOrNothing": "true"} if all_or_nothing else {},
            key=key,
        )


def _explain(result: dict[str, Any]) -> None:
    for problem in result["errors"]:
        print_line(f"line {problem['line']}: {problem['message']}")
    if more := result["rejected"] - len(result["errors"]):
        print_line(f"and {more:,} more lines with a problem")
    print_line(
        f"{result['lines']:,} lines: {result['added']:,} added, {result['rejected']:,} rejected."
    )
