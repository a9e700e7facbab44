"""Everything that a command prints goes through here: text is data, and a print that fails is noticed.

Only our own formats have markup. What is printed is flushed when the function returns; if it cannot be written the
command ends and says why (``OutputError``). A failure to write standard error is ignored: nobody could be told.
"""

from __future__ import annotations

import contextlib
from typing import IO, TYPE_CHECKING, Any, cast

from partner_api.commands.streams import ErrorStream, OutputStream
from partner_api.visible_text import encodable, json_text, visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from partner_api.commands.streams import Stream

# Wide enough for any line: an id cut to fit the terminal would be useless.
_UNLIMITED = 1_000_000


def output() -> Console:
    """Return a console on standard output; its text is never markup."""
    return _console(OutputStream())


def errors() -> Console:
    """Return a console on standard error; a failure to write it is ignored."""
    return _console(ErrorStream())


def flush_output() -> None:
    """Flush what others have printed, such as Typer's help.

    Raises:
        OutputError: it cannot be written.
    """
    OutputStream().flush()


def print_line(text: str, console: Console | None = None) -> None:
    """Print one line, unfolded even on a narrow terminal.

    Args:
        text: data, all of it.
        console: where to; standard output without one.

    Raises:
        OutputError: it cannot be written.
    """
    if console is None:
        OutputStream().write_out(visible(text) + "\n")
    else:
        console.print(
            _shown(text, console.encoding),
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=True,
        )


def print_lines(text: str) -> None:
    """Print text of several lines, which are our own.

    Raises:
        OutputError: it cannot be written.
    """
    OutputStream().write_out(visible_lines(text) + "\n")


def print_json(value: object) -> None:
    """Print JSON, for people and programs: control characters are escaped, so the value stays the same.

    Raises:
        OutputError: it cannot be written.
    """
    stream = OutputStream()
    stream.write_out(json_text(value, stream.encoding) + "\n")


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    console: Console | None = None,
    boxed: bool = False,
    fold: bool = True,
    right: bool = False,
) -> None:
    """Print a table; each cell is data.

    Args:
        headings: one for each column; none at all for a table of names and values.
        rows: their cells; an empty row stands for a line between others.
        console: where to; standard output without one.
        boxed: draw lines around the cells.
        fold: let long cells take several lines on a narrow terminal; else each row is one line, however long.
        right: align all columns but the first to the right, for numbers.

    Raises:
        OutputError: it cannot be written.
    """
    from rich.table import Table
    from rich.text import Text

    console = console or _console(OutputStream(), width=None if fold else _UNLIMITED)

    def data(text: str) -> Text:
        return Text(_shown(text, console.encoding))

    table = Table(show_header=bool(headings), show_lines=boxed and fold, pad_edge=boxed)
    if not boxed:
        table.box = None
    rows = list(rows)
    for number in range(len(headings) or max(map(len, rows), default=0)):
        table.add_column(
            data(headings[number]) if headings else "",
            # The first cell stays in one piece, to be read and searched for.
            no_wrap=not fold or (boxed and number == 0),
            overflow="fold",
            justify="right" if right and number else "left",
        )
    for row in rows:
        if row:
            table.add_row(*map(data, row))
        else:
            table.add_section()
    console.print(table)


def print_items(
    columns: Sequence[str], items: Iterable[Mapping[str, object]], *, as_json: bool
) -> None:
    """Print the items of a list: as a table with these fields as its columns, or all of them as JSON.

    Raises:
        OutputError: it cannot be written.
    """
    if as_json:
        print_json(list(items))
    else:
        rows = [[_cell(item.get(column)) for column in columns] for item in items]
        print_table(columns, rows, boxed=True, fold=False)


def say(text: str) -> None:
    """Print text on standard error; never fails."""
    stream = ErrorStream()
    stream.write(visible_lines(text) + "\n")
    stream.flush()


@contextlib.contextmanager
def progress_bar(
    console: Console, begin: str, *after: str, total: float = 0, **fields: Any
) -> Iterator[Callable[..., None]]:
    """Show a progress bar, on a terminal only, and remove it at the end.

    Args:
        console: where.
        begin: the first description; the function takes another one as ``description``.
        after: our own formats of what stands behind the bar.
        total: what ``completed`` goes up to.
        fields: further values that the formats name.

    Yields:
        A function that changes it: takes ``description``, ``completed``, ``total``, and the fields.
    """
    if not console.is_terminal:
        yield lambda **_: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *(TextColumn(text, markup=False) for text in after),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bar:
        yield _changer(bar, bar.add_task(visible(begin), total=total, **fields))


def _changer(bar: Progress, task: TaskID) -> Callable[..., None]:
    def change(*, description: str | None = None, **changes: Any) -> None:
        shown = None if description is None else visible(description)
        bar.update(task, description=shown, **changes)

    return change


def _console(stream: Stream, width: int | None = None) -> Console:
    from rich.console import Console

    return Console(
        file=cast("IO[str]", stream), width=width, markup=False, emoji=False, highlight=False
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _shown(text: str, encoding: str) -> str:
    return encodable(visible(text), encoding)
