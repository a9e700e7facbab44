"""Run an operation, optionally killing its process, and check the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.arguments import Outcome
from partner_api.simulation.kill_points import Moment
from partner_api.simulation.nodes import NodeFailed, NodeKilled
from partner_api.simulation.operations import Recovery, fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection
    from partner_api.simulation.kill_points import KillPoint
    from partner_api.simulation.nodes import Nodes
    from partner_api.simulation.operations import Item, Operation


class Violation(Exception):
    """Something is not as it must always be; the message says what, a line for each finding."""


async def perform(connection: Connection, nodes: Nodes, operation: Operation) -> list[Outcome]:
    """Run an operation and return the outcome of each item.

    When its process is killed, it is done as a client would who got no answer, and must have
    happened exactly once or, where it is refused, not at all. ``replayed`` is then the outcome of an
    item whose first attempt went through.

    Raises:
        Violation: an outcome or its traces are not as they should be.
    """
    try:
        if operation.kill_point is None:
            outcomes = await _ask(nodes, operation)
            happened = [False] * len(operation.items)
        else:
            outcomes, happened = await _ask_and_kill(
                connection, nodes, operation, operation.kill_point
            )
    except NodeFailed as failure:
        raise Violation(f"{operation.kind}: an outcome was expected, not {failure}") from None
    findings = [
        finding
        for item, outcome, before in zip(operation.items, outcomes, happened, strict=True)
        if (finding := _judge(operation, item, outcome, happened=before)) is not None
    ]
    if findings:
        raise Violation("\n".join(findings))
    return outcomes


async def _ask(
    nodes: Nodes, operation: Operation, positions: Sequence[int] | None = None
) -> list[Outcome]:
    outcomes: list[Outcome] = await nodes.call(
        operation.node, operation.function, operation.request(positions)
    )
    return outcomes


async def _ask_and_kill(
    connection: Connection, nodes: Nodes, operation: Operation, kill_point: KillPoint
) -> tuple[list[Outcome], list[bool]]:
    """Return the outcomes in the end, and which items had happened when the process died."""
    nothing = [0] * len(operation.items)
    count = operation.count
    before = await count(connection, operation) if count else nothing
    try:
        outcomes = await nodes.call(
            operation.node, operation.function, operation.request(), kill_point
        )
    except NodeKilled:
        pass
    else:
        # It was over before it came to that statement.
        return outcomes, [False] * len(operation.items)
    if count is None:
        return await _ask(nodes, operation), [False] * len(operation.items)

    left = _less(await count(connection, operation), before)
    happened = [one > 0 for one in left]
    subject = f"{operation.kind}, its process killed {kill_point.moment}"
    unread = kill_point.moment is Moment.UNREAD
    if any(happened) and not unread:
        raise Violation(f"{subject}: expected no trace, found {sum(left)}")
    outcomes = await _ask_again(nodes, operation, happened)
    times = _less(await count(connection, operation), before)
    for outcome, base, once, found in zip(outcomes, before, happened, times, strict=True):
        expected = int(not base and (once or outcome.status == "done"))
        if found != expected:
            raise Violation(f"{subject}: expected to happen {expected} times, found {found}")
        # Alone in its batch, an item meets at the second attempt what it met at the first, unless the
        # statement that was sent was not the one with the effect.
        alone = len(times) == 1 and operation.statements == 1
        if unread and alone and not base and not once and outcome.status == "done":
            raise Violation(f"{subject}: expected to be refused again, found {_said(outcome)}")
    return outcomes, happened


async def _ask_again(nodes: Nodes, operation: Operation, happened: Sequence[bool]) -> list[Outcome]:
    if operation.recovery is not Recovery.LOOK_FIRST:
        return await _ask(nodes, operation)
    everything = range(len(operation.items))
    missing = [position for position in everything if not happened[position]]
    answers = (
        dict(zip(missing, await _ask(nodes, operation, missing), strict=True)) if missing else {}
    )
    return [answers.get(position, Outcome("replayed", None, None)) for position in everything]


def _less(counts: Sequence[int], before: Sequence[int]) -> list[int]:
    return [count - base for count, base in zip(counts, before, strict=True)]


def _judge(operation: Operation, item: Item, outcome: Outcome, *, happened: bool) -> str | None:
    """Say what is wrong with an outcome, if something is."""
    subject = f"{operation.kind}: outcome"
    if item.conflicts:
        if outcome.code != "IDEMPOTENCY_CONFLICT":
            return f"{subject}: expected IDEMPOTENCY_CONFLICT, found {_said(outcome)}"
    elif item.repeats is not None:
        if outcome.status != "replayed" or outcome.facts != item.repeats:
            return f"{subject}: expected the first answer again, found {_said(outcome)}"
    elif outcome.status == "refused":
        if outcome.code not in operation.refusals:
            return (
                f"{subject}: expected one of {sorted(operation.refusals)}, found {_said(outcome)}"
            )
    elif outcome.status == "replayed" and not happened:
        return f"{subject}: expected it for the first time, found {_said(outcome)}"
    elif outcome.status == "done" and happened:
        return f"{subject}: expected that it was done before, found {_said(outcome)}"
    if outcome.status == "done" and item.answer is not None:
        path, value = item.answer
        found = fact(outcome.facts or {}, path)
        if found != value:
            return f"{operation.kind}: {path}: expected {value}, found {found}"
    finding = item.check(outcome)
    return None if finding is None else f"{operation.kind}: {finding}"


def _said(outcome: Outcome) -> str:
    return f"{outcome.status} {outcome.code or ''} {outcome.facts or ''}".strip()
