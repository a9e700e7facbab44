"""``layers ops pool``: the operator's accounts."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, OperatorRequestError, given
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
from partner_api.time_limits import OPERATOR_UPLOAD_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer

    from layers_partner.operator_api.types import PoolImport

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
    change(
        lambda layers, once: layers.pool_accounts.create(
            platform="tiktok",
            handle=handle,
            followers=followers,
            vertical=vertical,
            language=language,
            geo=geo,
            monthly_price_cents=given(price_cents),
            avatar_url=given(avatar_url),
            **once,
        ),
        idempotency_key,
    )


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
    items = OperatorClient().all(
        lambda layers: layers.pool_accounts.list(
            status=given(status),
            vertical=given(vertical),
            language=given(language),
            geo=given(geo),
            min_followers=given(min_followers),
            search=given(search),
            limit=PAGE,
        )
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
    if not (available or geo) and all(
        value is None for value in (followers, vertical, language, price_cents, avatar_url)
    ):
        raise typer.BadParameter("Say what to change.")
    change(
        lambda layers, once: layers.pool_accounts.update(
            account,
            followers=given(followers),
            vertical=given(vertical),
            language=given(language),
            geo=given(geo or None),
            monthly_price_cents=given(price_cents),
            avatar_url=given(avatar_url),
            status=given("available" if available else None),
            **once,
        ),
        idempotency_key,
    )


@app.command("retire")
def retire_account(account: PoolAccountArgument, idempotency_key: KeyOption = None) -> None:
    """Retire an account. One that is leased has to be recalled first."""
    change(
        lambda layers, once: layers.pool_accounts.update(account, status="retired", **once),
        idempotency_key,
    )


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


class _SentFile(io.RawIOBase):
    """A file that is read once for each try, and says how far."""

    def __init__(self, file: IO[bytes], on_place: Callable[[int], None]) -> None:
        self._file = file
        self._on_place = on_place
        self.size = os.fstat(file.fileno()).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self.size}[whence]
        return self._file.seek(base + offset)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: WriteableBuffer) -> int:
        wanted = min(len(memoryview(buffer)), self.size - self.tell())
        piece = self._file.read(wanted)
        if wanted and not piece:
            raise OperatorRequestError("The file became shorter while it was sent.")
        memoryview(buffer)[: len(piece)] = piece
        self._on_place(self.tell())
        return len(piece)


def _send(
    client: OperatorClient, file: IO[bytes], media_type: str, key: str, *, all_or_nothing: bool
) -> PoolImport:
    def show_place(place: int) -> None:
        show(completed=place, description="Sending" if place < content.size else "Adding")

    content = _SentFile(file, show_place)
    with progress_bar(
        errors(), "Sending", "{task.completed:,}/{task.total:,} bytes", total=content.size
    ) as show:
        return client.ask(
            lambda layers: layers.pool_accounts.import_file(
                content=content,
                content_type=media_type,
                all_or_nothing=given(all_or_nothing or None),
                idempotency_key=key,
                timeout=OPERATOR_UPLOAD_SECONDS,
            )
        )


def _explain(result: PoolImport) -> None:
    for problem in result["errors"]:
        print_line(f"line {problem['line']}: {problem['message']}")
    if more := result["rejected"] - len(result["errors"]):
        print_line(f"and {more:,} more lines with a problem")
    print_line(
        f"{result['lines']:,} lines: {result['added']:,} added, {result['rejected']:,} rejected."
    )
