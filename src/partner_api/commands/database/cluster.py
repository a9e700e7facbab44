"""``layers db distribute``, ``move-tenant`` and ``rebalance``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from partner_api.commands.database.drawing import (
    counted,
    parse_organization,
    show_moves,
    show_places,
    show_plan,
    size,
)
from partner_api.commands.environment import settings_from_environment
from partner_api.commands.repeating import harmless_to_repeat
from partner_api.commands.terminal import output, print_line, progress_bar, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partner_api.database.cluster.distribute import PlannedTable
    from partner_api.database.cluster.moves import Progress
    from partner_api.database.cluster.places import Place

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")
]


def distribute(
    shards: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1024,
            help="Into how many parts the tenants are divided, for ever. 32 unless chosen: enough for 8 workers.",
        ),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Spread the database over the nodes of its Citus cluster, once.

    All or nothing: when it ends in any other way than by saying that it is
    done, nothing was changed. Nobody can read or write meanwhile, so stop the
    servers first. Run it twice, and it does nothing.
    """
    from partner_api.database.cluster.distribute import distribute, make_plan
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import run_with_database

    settings = settings_from_environment()
    with available_database(settings) as location:
        plan = run_with_database(make_plan(location, shards))
        if dry_run:
            show_plan(plan)
            return
        with (
            _stopped("Nothing was changed."),
            progress_bar(
                output(), "Locking", "{task.fields[rows]}", total=plan.bytes, rows=""
            ) as show,
        ):
            run_with_database(distribute(location, _noting(plan.tables, show), shards=shards))
    with harmless_to_repeat():
        print_line(
            f"Spread {counted(len(plan.tables), 'table')} over {counted(len(plan.nodes), 'node')}. Start the servers "
            "again."
            if plan.tables
            else f"The database is spread over {counted(len(plan.nodes), 'node')}."
        )


def move_tenant(
    organization: Annotated[
        str,
        typer.Argument(
            metavar="ORGANIZATION",
            help="A partner or one of its children, org_… or its bare UUID: the partner moves with all its children, "
            "live and test.",
        ),
    ],
    to: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="The node, as `layers db status` names it.")
    ],
    isolate: Annotated[
        bool,
        typer.Option("--isolate", help="Give it a shard of its own; who shares its shard stays."),
    ] = False,
    env: Annotated[
        Literal["live", "test"] | None, typer.Option(help="Only this environment of the partner.")
    ] = None,
) -> None:
    """Move a partner to another node of the cluster, while it is served.

    Without --isolate, everybody in its shard moves along. Requests go on; for
    a second or two at the end, those of these tenants wait. Stop it with
    Ctrl-C, and the tenant is where it was.
    """
    from partner_api.database.cluster.places import (
        find_node,
        find_places,
        require_distributed,
    )
    from partner_api.database.connection import connect
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import run_with_database

    organization_id = parse_organization(organization)

    async def find() -> list[Place]:
        connection = await connect(location.owner_url)
        try:
            await require_distributed(connection)
            await find_node(connection, to)
            return await find_places(connection, organization_id, env)
        finally:
            await connection.close()

    with available_database(settings_from_environment()) as location:
        places = run_with_database(find())
        show_places(places)
        for place in places:
            _move(location.owner_url, place, to, isolate=isolate)


def rebalance(dry_run: DryRun = False) -> None:
    """Move shards until the nodes have about as many bytes each, while tenants are served.

    One shard at a time. Stop it with Ctrl-C: what has moved stays, and running
    it again goes on.
    """
    from partner_api.database.cluster.moves import move_shard
    from partner_api.database.cluster.rebalance import plan_moves
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import run_with_database

    with available_database(settings_from_environment()) as location:
        moves = run_with_database(plan_moves(location.owner_url))
        if not moves:
            print_line("The nodes are balanced; nothing has to move.")
            return
        show_moves(moves)
        if dry_run:
            return
        for number, move in enumerate(moves, 1):
            title = f"Shard {move.shard} to {move.target.name}, {number} of {len(moves)}"
            with (
                _stopped(
                    f"{counted(number - 1, 'shard')} of {len(moves)} moved. Run it again to go on."
                ),
                _showing(title) as note,
            ):
                run_with_database(
                    move_shard(location.owner_url, move.shard, move.source, move.target, note)
                )
            print_line(f"{title}: done.")


def _move(owner_url: str, place: Place, to: str, *, isolate: bool) -> None:
    """Move one tenant, with those who share its shard or without them."""
    from partner_api.database.cluster.moving import move_tenant
    from partner_api.processes.startup import run_with_database

    title = f"Tenant {place.tenant_id} ({place.env})"
    if place.node.name == to and not (isolate and place.divisible):
        print_line(f"{title} is on {to}.")
        return

    def say_done(what: str) -> None:
        print_line(f"{title}: {what}")

    with (
        _stopped("What was said to be done is done; the rest is as it was."),
        _showing(title) as note,
    ):
        run_with_database(
            move_tenant(owner_url, place, to, isolate=isolate, note=note, done=say_done)
        )


def _noting(
    tables: list[PlannedTable], show: Callable[..., None]
) -> Callable[[PlannedTable], None]:
    number = {table.name: place for place, table in enumerate(tables, 1)}
    before = {
        table.name: sum(each.bytes for each in tables[: number[table.name] - 1]) for table in tables
    }

    def note(table: PlannedTable) -> None:
        text = f"table {number[table.name]} of {len(tables)}, about {counted(table.rows, 'row')}"
        show(description=table.name, completed=before[table.name], rows=text)
        if not output().is_terminal:
            print_line(f"{table.name}: {text}.")

    return note


@contextlib.contextmanager
def _showing(title: str) -> Iterator[Callable[[Progress], None]]:
    """Show how far a move is."""
    with progress_bar(output(), title, "{task.fields[phase]}", total=1, phase="") as show:

        def note(progress: Progress) -> None:
            if progress.phase:
                copied = f"{progress.phase}: {size(progress.copied)} of {size(progress.total)}"
                show(completed=progress.copied, total=max(1, progress.total), phase=copied)

        yield note


@contextlib.contextmanager
def _stopped(what: str) -> Iterator[None]:
    """Say what was done when Ctrl-C stops the block."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"Stopped. {what}")
        raise
