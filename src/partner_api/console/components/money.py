"""Forms that move money: what is before and after, and being asked once more above an amount."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

import htpy as h

from partner_api.console.components.text import dollars
from partner_api.console.declare import Confirmation
from partner_api.console.visit import CONFIRMED

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

_AMOUNT: Final = re.compile(r"[0-9]{1,20}")
Unit = Literal["cents", "credits"]


def written(amount: int, unit: Unit) -> str:
    """Write an amount of either unit."""
    return dollars(amount) if unit == "cents" else f"{amount:,} credits"


def before_and_after(
    before: int,
    unit: Unit,
    field: str,
    *,
    raised_from: int | None = None,
    filled_in: int | None = None,
) -> h.Node:
    """Return the balance before, and what it will be, which a script keeps at what is filled in.

    Args:
        before: the balance.
        unit: of the balance, and of the field.
        field: the name of the field with the amount.
        raised_from: where only what the field has above this is added.
        filled_in: what the field begins with; None for nothing.
    """
    after = ""
    if filled_in is not None:
        added = filled_in if raised_from is None else max(0, filled_in - raised_from)
        after = f" → {written(before + added, unit)}"
    return h.p(
        ".before-after",
        data_before=str(before),
        data_unit=unit,
        data_field=field,
        data_raised_from=None if raised_from is None else str(raised_from),
    )["Now ", h.strong[written(before, unit)], h.output[after]]


def confirm_above(
    visit: Visit, amount: int, unit: Unit, sentence: str, rows: list[tuple[str, int, int]]
) -> None:
    """Ask once more when a form moves more than the settings let pass without.

    Args:
        visit: with the form.
        amount: what it moves, in whichever direction.
        unit: of the amount and the rows.
        sentence: what will happen.
        rows: what changes, each as name, before and after.

    Raises:
        Confirmation: it is more, and the operator has not been asked about so much.
    """
    settings = visit.request.services.settings
    most = settings.console_confirm_cents if unit == "cents" else settings.console_confirm_credits
    moved = abs(amount)
    if moved > most and not _was_asked_about(visit, moved):
        raise Confirmation(
            sentence,
            [(name, written(before, unit), written(after, unit)) for name, before, after in rows],
            answer=str(moved),
        )


def _was_asked_about(visit: Visit, amount: int) -> bool:
    """Return whether the operator has confirmed so much: prices may have changed since."""
    confirmed = visit.field(CONFIRMED)
    return _AMOUNT.fullmatch(confirmed) is not None and int(confirmed) >= amount
