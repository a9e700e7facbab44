"""Choosing accounts for a lease request, and what the choice costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.table import Column
from partner_api.console.components.text import NONE, cents, dollars, other
from partner_api.console.whole_numbers import whole_number_of
from partner_api.ops.lease_requests.schemas import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence


def _reasons(one: Candidate) -> str:
    return "; ".join(f"{reason.points}/{reason.of} {reason.text}" for reason in one.reasons)


FIELD: Final = "poolAccountIds"
# Of a price; no amount is longer.
_MOST_DIGITS: Final = 16


IN_FILES: Final[list[Column[Candidate]]] = [
    Column("Account", lambda one: one.handle, lambda one: one.handle),
    Column("Id", lambda one: one.id, lambda one: one.id),
    Column("Score", lambda one: one.score, lambda one: one.score),
    Column("Vertical", lambda one: one.vertical, lambda one: one.vertical),
    Column("Language", lambda one: one.language, lambda one: one.language),
    Column("Countries", lambda one: " ".join(one.geo), lambda one: " ".join(one.geo)),
    Column("Followers", lambda one: one.followers, lambda one: one.followers),
    Column(
        "A month, in cents",
        lambda one: one.monthly_price_cents,
        lambda one: one.monthly_price_cents,
    ),
    Column("Reasons", _reasons, _reasons),
]


def table(candidates: Sequence[Candidate], chosen: Sequence[str] | None) -> h.Node:
    """Return candidates with their reasons, each with a box to choose it.

    Args:
        candidates: the best first; those without reasons were chosen and are not among them.
        chosen: the ids of those that are; None for whoever may not choose.
    """
    if not candidates:
        return h.p(".empty")["No account is available."]
    return h.div(".scroll", role="region", aria_label="Candidates", tabindex="0")[
        h.table(".list.candidates")[
            h.thead[
                h.tr[
                    h.th(scope="col")[h.span(".hidden")["Chosen"]] if chosen is not None else None,
                    h.th(scope="col")["Account"],
                    h.th(".number", scope="col")["Score"],
                    h.th(scope="col")["Reasons"],
                    h.th(".number", scope="col")["A month"],
                ]
            ],
            h.tbody[(_row(number, one, chosen) for number, one in enumerate(candidates))],
        ]
    ]


def _row(number: int, one: Candidate, chosen: Sequence[str] | None) -> h.Node:
    id = f"candidate-{number}"
    return h.tr(data_choice=chosen is not None)[
        h.td[
            h.input(
                type="checkbox",
                id=id,
                name=FIELD,
                value=one.id,
                checked=one.id in chosen,
                data_price=str(one.monthly_price_cents),
            )
        ]
        if chosen is not None
        else None,
        h.th(scope="row")[
            h.label(for_=id)[other(f"@{one.handle}")]
            if chosen is not None
            else other(f"@{one.handle}"),
            h.div(".quiet")[
                h.a(href=f"/console/pool/{one.id}", aria_label=f"Account {one.handle} in the pool")[
                    "pool"
                ],
                f" · {one.language} · {', '.join(one.geo)}",
            ],
        ],
        h.td(".number")[h.strong[str(one.score)] if one.reasons else NONE],
        h.td[
            h.p(".quiet")["It was chosen, and is not among those that fit best."]
            if not one.reasons
            else h.ul(".reasons")[
                (
                    h.li[
                        h.span(".points")[f"{reason.points}/{reason.of}"],
                        " ",
                        other(reason.text),
                    ]
                    for reason in one.reasons
                )
            ]
        ],
        h.td(".number")[cents(one.monthly_price_cents)],
    ]


def total_cents(candidates: Sequence[Candidate], chosen: Sequence[str], price: int | None) -> int:
    """Return what the first month of the chosen accounts costs, at this price for each or at their own."""
    if price is not None:
        return len(chosen) * price
    return sum(one.monthly_price_cents for one in candidates if one.id in chosen)


def sums(
    candidates: Sequence[Candidate],
    chosen: Sequence[str],
    price: str,
    count: int,
    cash_cents: int | None,
) -> h.Node:
    """Return what the choice costs and what is left of the cash; a script keeps it at what is chosen now.

    Args:
        candidates: all that can be chosen.
        chosen: the ids of those that are.
        price: of each, as it was filled in; empty for their own.
        count: how many accounts were asked for.
        cash_cents: of the partner; None if it has no cash wallet.
    """
    cash = cash_cents or 0
    total = total_cents(candidates, chosen, whole_number_of(price))
    return h.output(
        ".sums",
        data_choices=FIELD,
        data_price="monthlyPriceCents",
        data_most=str(count),
        data_cash=str(cash),
    )[
        f"{len(chosen)} of {count} chosen",
        f": {dollars(total)}. Cash {dollars(cash)} → {dollars(cash - total)}." if chosen else ".",
        " More than asked for." if len(chosen) > count else None,
        " The cash does not cover it." if total > cash else None,
    ]
