"""What the driver lets a node do, and everything that it must find afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection
    from partner_api.simulation.kill_points import KillPoint

    Count = Callable[[Connection, "Operation"], Awaitable[list[int]]]


class Recovery(Enum):
    """How a client that got no answer goes on."""

    SAME_KEY = "it asks again with the same idempotency key"
    ASK_AGAIN = "it asks again, and what is over stays over"
    LOOK_FIRST = "it looks for what it asked for, and asks again for what is not there"


class Effect(NamedTuple):
    """A ledger row, or several rows of one type, that an item must leave."""

    ledger: Literal["credits", "cash"]
    organization_id: UUID
    event_type: str
    amount: int


@dataclass(eq=False)
class Item:
    """One element of a batch."""

    argument: Any
    effects: Sequence[Effect] = ()
    """What it adds to the ledgers when it is done."""
    answer: tuple[str, object] | None = None
    """A fact by its path, and the value that it must have when the item is done."""
    learn: Callable[[Outcome], None] = lambda outcome: None
    """Tells the driver's world what became of it; called once, whatever the outcome."""
    check: Callable[[Outcome], str | None] = lambda outcome: None
    """Compares an outcome with the driver's world, before it learns it; returns what is wrong, if something is."""
    repeats: dict[str, Any] | None = None
    """The facts of an earlier request with the same key, which must come again."""
    conflicts: bool = False
    """It has the key of an earlier request, but is another one."""

    @property
    def is_repeated(self) -> bool:
        """Whether it has the key of an earlier request, so that it must have no effect."""
        return self.conflicts or self.repeats is not None


@dataclass(eq=False)
class Operation:
    """One call of one function on one node."""

    kind: str
    """What the summary calls it."""
    function: Callable[..., Awaitable[list[Outcome]]]
    """One of the functions of `work`."""
    tenant_id: int
    now: datetime
    """The time by the clock of the node that does it."""
    items: list[Item]
    recovery: Recovery
    refusals: frozenset[str] = frozenset()
    """The codes with which an item may be refused; any other is a bug."""
    count: Count | None = None
    """Counts what each item has left: how often it was done. None where repeating makes no difference."""
    statements: int = 1
    """At how many of its statements the node may be killed; one that is not reached kills nothing.

    With ``count``, the effect is that of a single statement, the only one or one of several.
    """
    kill_point: KillPoint | None = None
    """Where the node is killed."""
    node: int = 0

    def request(self, positions: Sequence[int] | None = None) -> tuple[Any, ...]:
        """Return the arguments of ``function`` after the pool, for all items or some."""
        chosen = range(len(self.items)) if positions is None else positions
        return (self.tenant_id, self.now, [self.items[position].argument for position in chosen])


def fact(facts: dict[str, Any], path: str) -> Any:
    """Look a value up in facts, ``event.prepaid_delta`` for one inside another."""
    found: Any = facts
    for name in path.split("."):
        found = found[name]
    return found
