"""Filters of lists: a form that changes the address, and what is said when one of them is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h

from partner_api.console.components.errors import issues_of
from partner_api.console.components.fields import options_of
from partner_api.console.components.form import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.visit import Visit
    from partner_api.errors import ApiError


def one_of(name: str, label: str, values: Sequence[str]) -> Field:
    """Return a filter that leaves one of several values, or all."""
    words = [(one, one.replace("_", " ")) for one in values]
    return Field(name, label, "select", options=[("", "all"), *words])


def sent(visit: Visit, field: Field) -> list[str] | None:
    """Return what is sent to the API for a filter."""
    values = visit.query.get(field.name) or None
    if values is None or field.kind != "date":
        return values
    end = "T23:59:59.999Z" if field.name == "until" else "T00:00:00Z"
    # What is no day, the API refuses by the name of the field.
    return [f"{value}{end}" if len(value) == len("2027-01-01") else value for value in values]


def filter_form(visit: Visit, filters: Sequence[Field]) -> h.Node:
    """Return the form that changes the filters of the address."""
    return h.form(".filters", method="get", action=visit.path)[
        (_filter(visit, one) for one in filters),
        h.button(type="submit")["Show"],
        h.a(href=visit.path)["Clear"] if any(visit.parameter(f.name) for f in filters) else None,
    ]


def _filter(visit: Visit, field: Field) -> h.Node:
    id = f"filter-{field.name}"
    value = visit.parameter(field.name, field.value)
    control: h.Node
    if field.kind == "select":
        control = h.select(id=id, name=field.name)[options_of(field, value)]
    else:
        kind = "date" if field.kind == "date" else "search"
        control = h.input(field.attributes, id=id, name=field.name, type=kind, value=value)
    return h.div[h.label(for_=id)[field.label], control]


def wrong_filters(visit: Visit, error: ApiError) -> h.Node:
    """Return what is wrong with the filters of a page, and the form that has them."""
    labels = {one.name: one.label for one in visit.filters}
    return [
        h.div(".error", role="alert", tabindex="-1")[
            h.p["Nothing is shown, because of what the address asks for. Correct it here."],
            h.ul[
                (
                    h.li[f"{labels.get(one.path, one.path)}: {one.message}"]
                    for one in issues_of(error)
                )
            ],
        ],
        filter_form(visit, visit.filters),
    ]
