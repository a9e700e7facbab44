"""What the commands of a cluster print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from partner_api.commands.terminal import print_line, print_table
from partner_api.ids import MalformedId, format_id, parse_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from partner_api.database.cluster.distribute import Plan
    from partner_api.database.cluster.places import Place
    from partner_api.database.cluster.rebalance import PlannedMove
    from partner_api.database.cluster.survey import Survey

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_MINUTE, _HOUR = 60, 3600


def parse_organization(text: str) -> UUID:
    """Return the id of an organization that was typed.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return parse_id("org", text)
    except MalformedId:
        raise typer.BadParameter(f"{text!r} is not an organization's id.") from None


def size(number: int | None) -> str:
    """Return a number of bytes as people read it."""
    if number is None:
        return "not known"
    amount, unit = float(number), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.{1 if unit else 0}f} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """Return how long something takes, about."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} seconds"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} minutes"
    return f"{seconds / _HOUR:.1f} hours"


def counted(number: int, what: str) -> str:
    """Return a number of things."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def show_plan(plan: Plan) -> None:
    """Print what spreading a database does."""
    how = {"tenants": "by tenant", "copied": "copied to each node"}
    print_table(
        ("table", "how", "rows, about", "size"),
        [
            *(
                (table.name, how[table.kind], f"{table.rows:,}", size(table.bytes))
                for table in plan.tables
            ),
            (),
            ("all", "", f"{plan.rows:,}", size(plan.bytes)),
        ],
        boxed=True,
        fold=False,
    )
    print_line(
        f"{counted(plan.shards, 'shard')} on {counted(len(plan.nodes), 'node')}: {', '.join(plan.nodes)}."
    )
    print_line(
        "All of these tables are locked from the beginning to the end, for reads too: stop the servers and workers "
        f"first. Connected now: {counted(plan.sessions, 'other session')}."
    )
    print_line(
        f"It takes about {duration(plan.seconds)}, {plan.locks:,} locks on each node, and until it is done "
        f"{size(plan.bytes)} more on disk."
    )


def show_places(places: Sequence[Place]) -> None:
    """Print where tenants are."""
    print_table(
        ("tenant", "environment", "node", "shard", "size of the shard", "others in it"),
        [
            (
                str(place.tenant_id),
                place.env,
                place.node.name,
                str(place.shard),
                size(place.bytes),
                str(place.others) if place.divisible else "none: it is its own",
            )
            for place in places
        ],
        boxed=True,
        fold=False,
    )


def show_moves(moves: Sequence[PlannedMove]) -> None:
    """Print the moves that make nodes alike."""
    print_table(
        ("shard", "from", "to", "size"),
        [(str(move.shard), move.source.name, move.target.name, size(move.bytes)) for move in moves],
        boxed=True,
        fold=False,
    )


def facts_of(survey: Survey) -> list[tuple[str, str]]:
    """Return the lines on a cluster for the table of names and values."""
    facts = [("Citus", survey.citus)]
    if not survey.distributed:
        return [*facts, ("spread", "not yet; `layers db distribute --dry-run` says what it takes")]
    facts += [
        ("by tenant", ", ".join(survey.spread)),
        ("on each node", ", ".join(survey.copied)),
        ("coordinator only", ", ".join(survey.local)),
        ("functions at the tenant", str(survey.delegated)),
    ]
    if survey.missing:
        facts.append(("not spread yet", ", ".join(survey.missing)))
    facts.append(
        (
            "own shards",
            "; ".join(
                f"{format_id('org', own.partner_id)} ({own.env}) on {own.node}"
                for own in survey.own_shards
            )
            or "none",
        )
    )
    move = survey.move
    facts.append(
        (
            "moves now",
            "none" if move is None else f"{move.phase}: {size(move.copied)} of {size(move.total)}",
        )
    )
    return facts


def show_nodes(survey: Survey) -> None:
    """Print the nodes of a cluster."""
    print_table(
        ("node", "role", "reachable", "shards", "tenants", "size"),
        [
            (
                use.node.name,
                "worker" if use.node.group else "coordinator",
                "yes" if use.reachable else "NO",
                str(use.shards),
                f"{use.tenants:,}",
                size(use.bytes) if use.node.has_tenants else "",
            )
            for use in survey.nodes
        ],
        boxed=True,
        fold=False,
    )


def advice_on(survey: Survey) -> str | None:
    """Return what to do next about a cluster, if there is anything."""
    away = [use.node.name for use in survey.nodes if not use.reachable]
    if away:
        return f"The coordinator cannot reach {', '.join(away)}: start it, or see its log."
    if survey.distributed and survey.missing:
        return "To spread what is missing, run `layers db distribute`."
    return None
