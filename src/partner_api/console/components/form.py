"""Forms: each carries the key it was rendered with, so that a second click or a reload does nothing twice.

``form(…, does=route)`` leaves a form out for whoever may not use the route; ``offered`` does that for anything else,
such as a section with several forms or a link to a page that has one. Both ask the route's own declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal
from uuid import uuid4

import htpy as h
import msgspec

from partner_api.console.components.errors import error_notice
from partner_api.console.components.fields import field_node
from partner_api.console.components.text import other
from partner_api.console.visit import CONFIRMED, FORM, KEY, WHOSE
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Any

    from partner_api.console.declare import Confirmation
    from partner_api.console.submitted import Submitted
    from partner_api.console.visit import Visit

_DISCARD: Final = "/console/discard"
Kind = Literal[
    "text", "textarea", "number", "cents", "select", "checkbox", "choices", "date", "hidden", "file"
]


class Field(msgspec.Struct, frozen=True):
    """A field of a form.

    Attributes:
        name: as the API names it; issues of the API are shown at the field of that name.
        label: what stands before it.
        kind: how it is filled in; `cents` takes an amount in cents, `choices` any number of its options.
        value: what it begins with; of `choices` those that are chosen, with spaces between them.
        required: whether it must be filled in.
        options: of a `select` or of `choices`, pairs of a value and a text.
        hint: one sentence about what to fill in.
        attributes: further attributes of the input, such as `min` or `maxlength`.
    """

    name: str
    label: str = ""
    kind: Kind = "text"
    value: str = ""
    required: bool = False
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    attributes: dict[str, str] = {}


def form(
    visit: Visit,
    name: str,
    action: str,
    fields: Sequence[Field],
    *,
    submit: str,
    tone: Literal["primary", "danger", "plain"] = "primary",
    above: h.Node = None,
    does: Callable[..., Awaitable[Any]] | None = None,
    shortcut: str | None = None,
    beside: h.Node = None,
    wide: bool = False,
) -> h.Node:
    """Return a form that does something; nothing for whoever may not do it.

    When it was refused, or the session had ended when it was sent, it shows what had been filled in, with the key of
    then: if it was done after all, it is not done again.

    Args:
        visit: of the page that it is on.
        name: by which the page tells its forms apart.
        action: the address that does it.
        fields: what is asked for.
        submit: the words of its button, which say what it does.
        tone: of the button.
        above: what stands above the fields, such as the balance before.
        does: the handler of the API's route that the form ends in. Who may not use it does not see the form.
        shortcut: the key of the keyboard that sends it.
        beside: what stands before its button, such as another one.
        wide: whether it has a table and takes the width that there is.
    """
    if does is not None and not visit.may(does):
        return None
    again = visit.shown_again(name)
    kept = again.fields if again else {}
    # Nothing is recorded of what was refused. What was done, with the key or a part of several, is so done only once.
    used = (
        again is not None and again.error is not None and again.error.code == "IDEMPOTENCY_CONFLICT"
    )
    idempotency_key = kept[KEY][0] if kept.get(KEY) and not used else str(uuid4())
    files = any(one.kind == "file" for one in fields)
    return h.form(
        method="post",
        action=action,
        enctype="multipart/form-data" if files else None,
        # After Back a browser fills in again what was typed, but not the key: that would be done a second time.
        autocomplete="off",
        data_form=name,
        id=f"form-{name}",
        class_="wide" if wide else None,
    )[
        error_notice(again.error) if again and again.error else None,
        h.p(".notice", role="status")["This has not been sent. Check it and send it."]
        if again and not again.error
        else None,
        above,
        h.input(type="hidden", name=FORM, value=name),
        h.input(type="hidden", name="page", value=visit.address()),
        h.input(type="hidden", name=KEY, value=idempotency_key),
        h.input(type="hidden", name=WHOSE, value=visit.whose),
        (field_node(name, one, again) for one in fields),
        h.div(".buttons")[
            beside,
            h.button(f".{tone}", type="submit", data_key=shortcut)[submit],
            discard() if again and not again.error else None,
        ],
    ]


def discard() -> h.Node:
    """Return the button that drops what had been filled in when the session ended; it stands behind the form's own."""
    return h.button(
        type="submit",
        formaction=_DISCARD,
        formenctype="application/x-www-form-urlencoded",
        formnovalidate=True,
    )["Discard this"]


def folded(visit: Visit, name: str, title: str, shown: h.Node) -> h.Node:
    """Return a form behind its title, open when it is shown again; nothing for no form.

    Args:
        visit: of the page that it is on.
        name: of the form.
        title: what it is for.
        shown: the form, as ``form`` returned it.
    """
    if shown is None:
        return None
    again = visit.submitted is not None and visit.submitted.form == name
    return h.details(".folded", open=again)[h.summary[title], shown]


def offered(visit: Visit, does: Callable[..., Awaitable[Any]], *nodes: h.Node) -> h.Node:
    """Return nodes for whoever may use a route of the API, by its handler; nothing for everybody else.

    What is sent by hand in spite of it is refused by the route, and the refusal stands above the page.
    """
    return nodes if visit.may(does) else None


def left_out(visit: Visit, submitted: Submitted) -> h.Node:
    """Return what stands above a page that has no place any more for a form that was sent."""
    if submitted.error is not None:
        return error_notice(submitted.error)
    hidden = {FORM, KEY, WHOSE, CONFIRMED, "page"}
    return h.form(method="post", action=_DISCARD)[
        h.p(".notice", role="status")[
            "This was not sent before your session ended, and cannot be sent any more."
        ],
        h.dl(".facts")[
            (
                h.div[h.dt[name], h.dd[(other(value) for value in values)]]
                for name, values in submitted.fields.items()
                if name not in hidden
            )
        ],
        h.input(type="hidden", name="page", value=visit.address()),
        h.button(type="submit")["Discard this"],
    ]


def confirmation(visit: Visit, asked: Confirmation) -> h.Node:
    """Return the page that asks once more, with everything that was filled in."""
    return [
        h.p[visible(asked.sentence)],
        h.table(".plain")[
            h.thead[
                h.tr[h.th(scope="col")[""], h.th(scope="col")["Now"], h.th(scope="col")["Then"]]
            ],
            h.tbody[
                (
                    h.tr[h.th(scope="row")[name], h.td(".number")[before], h.td(".number")[after]]
                    for name, before, after in asked.rows
                )
            ],
        ],
        h.form(method="post", action=visit.request.scope["path"])[
            (
                h.input(type="hidden", name=name, value=value)
                for name, values in visit.fields.items()
                if name != CONFIRMED
                for value in values
            ),
            h.input(type="hidden", name=CONFIRMED, value=asked.answer),
            h.button(".primary", type="submit", data_key="y")["Yes, do it"],
            " ",
            h.a(href=visit.address())["No, go back"],
        ],
    ]
