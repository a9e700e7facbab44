"""Filters of the portal's lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.console.components.form import Field

if TYPE_CHECKING:
    from collections.abc import Sequence


def one_of(name: str, label: str, values: Sequence[str]) -> Field:
    """Return a filter that leaves one of several values, or all."""
    words = [(one, one.replace("_", " ")) for one in values]
    return Field(name, label, "select", options=[("", "all"), *words])
