"""``layers ops pool``: the operator's accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from partner_api.commands.operator_client import (
    JsonOption,
    KeyOption,
    OperatorClient,
    print_json,
    print_list,
)

app = typer.Typer(help="The pool of warmed accounts.", no_args_is_help=True)

AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="pool_… or its bare UUID.")]

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
    print_json(OperatorClient().write("POST", "/pool/accounts", body, idempotency_key))


@app.command("list")
def list_accounts(
    status: Annotated[str | None, typer.Option(help="available, leased or retired.")] = None,
    vertical: Annotated[str | None, typer.Option(help="Only of this vertical.")] = None,
    language: Annotated[str | None, typer.Option(help="Only in this language.")] = None,
    geo: Annotated[str | None, typer.Option(help="Only with an audience in this country.")] = None,
    min_followers: Annotated[int | None, typer.Option(help="Only with as many.")] = None,
    search: Annotated[str | None, typer.Option(help="A part of the handle.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the pool, newest first."""
    rows = OperatorClient().pages(
        "/pool/accounts",
        status=status,
        vertical=vertical,
        language=language,
        geo=geo,
        minFollowers=min_followers,
        search=search,
    )
    columns = ("id", "handle", "followers", "vertical", "language", "monthlyPriceCents", "status")
    print_list(columns, rows, as_json=as_json)


@app.command("patch")
def change_account(
    account: AccountArgument,
    followers: Annotated[int | None, typer.Option(help="How many it has now.")] = None,
    vertical: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP 47.")] = None,
    geo: Annotated[
        list[str] | None, typer.Option(help="Country of its audience; may be repeated.")
    ] = None,
    price_cents: Annotated[
        int | None, typer.Option(help="US cents a month, of leases to come.")
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
    print_json(OperatorClient().write("PATCH", f"/pool/accounts/{account}", body, idempotency_key))


@app.command("retire")
def retire_account(account: AccountArgument, idempotency_key: KeyOption = None) -> None:
    """Lease an account no more. One that is leased has to be recalled first."""
    path = f"/pool/accounts/{account}"
    print_json(OperatorClient().write("PATCH", path, {"status": "retired"}, idempotency_key))


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
    size = file.stat().st_size
    client = OperatorClient()
    with (
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        ) as progress,
        file.open("rb") as opened,
    ):
        task = progress.add_task("Sending", total=size)

        def sent(count: int) -> None:
            progress.advance(task, count)
            if progress.tasks[0].completed >= size:
                progress.update(task, description="Adding")

        result = client.upload(
            "/pool/accounts/import",
            opened,
            size=size,
            media_type=media_type,
            on_sent=sent,
            query={"allOrNothing": "true"} if all_or_nothing else {},
            idempotency_key=idempotency_key,
        )
        progress.update(task, description="Done")
    if as_json:
        print_json(result)
    else:
        _explain(result)
    if result["rejected"]:
        raise typer.Exit(1)


def _explain(result: dict[str, Any]) -> None:
    for problem in result["errors"]:
        typer.echo(f"line {problem['line']}: {problem['message']}")
    if more := result["rejected"] - len(result["errors"]):
        typer.echo(f"and {more:,} more lines with a problem")
    typer.echo(
        f"{result['lines']:,} lines: {result['added']:,} added, {result['rejected']:,} rejected."
    )
