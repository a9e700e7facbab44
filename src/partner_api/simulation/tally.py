"""What a run counts, and what it has to say in the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.arguments import Outcome


@dataclass
class Tally:
    """Outcomes by kind of operation, and refusals by code."""

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    refusals: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, outcomes: Sequence[Outcome]) -> None:
        """Count what became of an operation's items."""
        for outcome in outcomes:
            self.outcomes[kind][outcome.status] += 1
            if outcome.code is not None:
                reason = (outcome.facts or {}).get("reason")
                self.refusals[outcome.code if reason is None else f"{outcome.code} {reason}"] += 1

    def total(self, status: str) -> int:
        """How many items of all kinds had this outcome."""
        return sum(counts[status] for counts in self.outcomes.values())


@dataclass(frozen=True)
class Totals:
    """What the ledgers hold at the end of a run. Amounts are credits."""

    wallets: int
    events: int
    added: int
    """Granted, sold, given back or put in by a correction."""
    used: int
    lapsed: int
    withdrawn: int
    """Taken out by a correction."""
    moved: int
    """Between partners and their children, in either direction."""
    digest: str


@dataclass(frozen=True)
class Report:
    """How a run ended."""

    tally: Tally
    operations: int
    killed: int
    started_at: datetime
    """Virtual time, as is ``ended_at``."""
    ended_at: datetime
    real_seconds: float
    totals: Totals | None
    """None when the run ended in a violation."""
    violation: str | None
    """What is wrong, a line for each finding; None when everything held."""
