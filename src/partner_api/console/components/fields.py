"""The fields of forms: what each looks like, with what was filled in and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.components.form import Field
    from partner_api.console.submitted import Submitted

_TICKED: Final = ("checkbox", "choices")


def field_node(form_name: str, field: Field, again: Submitted | None) -> h.Node:
    """Return a field with its label.

    Args:
        form_name: of its form.
        field: what it is.
        again: the form as it was sent, if it is shown again.
    """
    kept, issue = _kept(again, field), _issue(again, field)
    value = kept[0] if kept else field.value
    if field.kind == "hidden":
        return h.input(type="hidden", name=field.name, value=value)
    if field.kind == "choices":
        return _choices(form_name, field, field.value.split() if kept is None else kept, issue)
    id = f"{form_name}-{field.name}"
    described = [f"{id}-hint"] * bool(field.hint) + [f"{id}-issue"] * bool(issue)
    shared: dict[str, str | bool | None] = {
        "id": id,
        "name": field.name,
        "required": field.required,
        "aria-describedby": " ".join(described) or None,
        "aria-invalid": "true" if issue else None,
    }
    label = h.label(for_=id)[
        field.label, h.span(".quiet")[" (optional)"] if _optional(field) else None
    ]
    hint = h.span(".hint", id=f"{id}-hint")[field.hint] if field.hint else None
    wrong = h.span(".issue", id=f"{id}-issue")[issue] if issue else None
    control: h.Node
    if field.kind == "textarea":
        # A browser leaves out a line break at the very beginning.
        control = h.textarea(shared, {"rows": "3", **field.attributes})[
            "\n" if value.startswith("\n") else None, value
        ]
    elif field.kind == "select":
        control = h.select(shared, field.attributes)[options_of(field, value)]
    elif field.kind == "checkbox":
        checked = bool(kept) if kept is not None else field.value == "yes"
        return h.div(".field.check")[
            h.input(shared, field.attributes, type="checkbox", value="yes", checked=checked),
            label,
            hint,
            wrong,
        ]
    elif field.kind == "file":
        control = h.input(shared, field.attributes, type="file")
    else:
        kind = {"cents": "text", "number": "text"}.get(field.kind, field.kind)
        mode = "numeric" if field.kind in ("cents", "number") else None
        control = h.input(shared, field.attributes, type=kind, inputmode=mode, value=value)
    return h.div(".field")[label, control, hint, wrong]


def options_of(field: Field, value: str) -> h.Node:
    """Return what a select offers, with this value chosen. Names of others may be among it, and turn nothing around."""
    return [
        h.option(value=one, selected=one == value)[visible(text)] for one, text in field.options
    ]


def _kept(again: Submitted | None, field: Field) -> list[str] | None:
    """Return what was filled in; None in a form that is shown for the first time."""
    # A box that is not ticked is not sent.
    if again is None or (field.name not in again.fields and field.kind not in _TICKED):
        return None
    return again.fields.get(field.name, [])


def _issue(again: Submitted | None, field: Field) -> str | None:
    """Return what is wrong with a field; of `choices` also what is wrong with one of them."""
    issues = again.issues if again else {}
    if field.kind == "choices":
        return next(
            (text for at, text in issues.items() if at.partition(".")[0] == field.name), None
        )
    return issues.get(field.name)


def _choices(form_name: str, field: Field, chosen: Sequence[str], issue: str | None) -> h.Node:
    """Return boxes to tick, one for each option."""
    id = f"{form_name}-{field.name}"
    return h.fieldset(".choices", aria_describedby=f"{id}-issue" if issue else None)[
        h.legend[field.label],
        h.p(".hint")[field.hint] if field.hint else None,
        h.span(".issue", id=f"{id}-issue")[issue] if issue else None,
        h.div[
            (
                h.div(".field.check")[
                    h.input(
                        type="checkbox",
                        id=f"{id}-{number}",
                        name=field.name,
                        value=value,
                        checked=value in chosen,
                    ),
                    h.label(for_=f"{id}-{number}")[text],
                ]
                for number, (value, text) in enumerate(field.options)
            )
        ],
    ]


def _optional(field: Field) -> bool:
    return not field.required and field.kind not in ("checkbox", "select")
