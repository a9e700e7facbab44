"""What a simulated run is made of."""

from __future__ import annotations

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides a run: two runs with equal options are the same run."""

    seed: int
    months: int
    partners: int
    children: int = 3
    """Living children that each partner comes to have."""
    operations_per_day: int = 50
    """Of all partners together, on an ordinary day."""
    kill_rate: float = 0.01
    """The share of operations whose process is killed."""
    skew_seconds: float = 3.0
    """How far a node's clock may be off, either way."""
    until_operation: int | None = None
    """Stop and check after this operation."""

    def command(self, until_operation: int | None = None) -> str:
        """Return the command line of this run, stopping after ``until_operation`` if that is given."""
        words = ["layers simulate"]
        for name, value in (
            ("seed", self.seed),
            ("months", self.months),
            ("partners", self.partners),
            ("children", self.children),
            ("operations-per-day", self.operations_per_day),
            ("kills", self.kill_rate),
            ("skew-seconds", self.skew_seconds),
            ("until-operation", until_operation or self.until_operation),
        ):
            if value is not None:
                words.append(f"--{name} {value}")
        return " ".join(words)
