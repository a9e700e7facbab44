"""Pages of the reference as HTML, whole without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.reference.event_pages import EventPage
from partner_api.reference.frame import above, header, index, method_word
from partner_api.reference.names import INDEX
from partner_api.reference.pages import LEXERS, MethodPage
from partner_api.reference.words import (
    anchor_of,
    code_html,
    html_of,
    inline_html_of,
    without_marks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partner_api.reference.fields import Field
    from partner_api.reference.pages import Answer, Fact, Link, Section
    from partner_api.reference.text_pages import Page, TextPage

MEDIA_TYPE: Final = "text/html; charset=utf-8"
_MOST_DESCRIPTION: Final = 300


def html_page(page: Page, methods: Sequence[MethodPage], events: Sequence[EventPage]) -> str:
    """Return the whole of a page.

    Args:
        page: the page.
        methods: all pages of methods, for the index beside it.
        events: all pages of types of events, for the same.
    """
    match page:
        case MethodPage():
            body = _method(page)
        case EventPage():
            body = _event(page)
        case _:
            body = _text(page)
    name = page.title if page.place.path == INDEX else f"{page.title} · Partner API"
    return str(
        h.html(lang="en")[
            h.head[
                h.meta(charset="utf-8"),
                h.meta(name="viewport", content="width=device-width, initial-scale=1"),
                h.meta(name="color-scheme", content="light dark"),
                h.meta(name="description", content=_description(page)),
                h.title[name],
                h.link(rel="icon", href="data:,"),
                h.link(rel="stylesheet", href=f"{INDEX}/reference.css"),
                h.link(rel="alternate", type="text/markdown", href=f"{page.place.path}.md"),
                h.script(src=f"{INDEX}/reference.js", defer=True),
            ],
            h.body[
                h.a(".skip", href="#page-main")["Skip to the content"],
                header(page.place.path),
                h.div(".layout")[
                    h.main("#page-main", tabindex="-1")[above(page), body],
                    index(page.place.path, methods, events),
                ],
            ],
        ]
    )


def _description(page: Page) -> str:
    first = page.text.partition("\n\n")[0]
    return without_marks(first)[:_MOST_DESCRIPTION] or page.title


def _text(page: TextPage) -> h.Node:
    return h.article(".text")[h.h1[page.title], html_of(page.text)]


def _method(page: MethodPage) -> h.Node:
    return h.article(".method-page")[
        h.div(".lead")[
            h.h1[page.title],
            h.p(".address")[method_word(page.method), " ", h.code[page.address]],
            html_of(page.text),
            _facts(page.facts),
            _on_this_page(_titles(page)),
        ],
        h.div(".examples")[_examples(page)],
        h.div(".details")[
            (_section(section) for section in page.sections),
            _headed("Answers", [_answer(answer) for answer in page.answers]),
            _headed("Notes", h.ul[(h.li[inline_html_of(note)] for note in page.notes)])
            if page.notes
            else None,
            _headed("Errors", _errors(page)),
            _see(page.see),
        ],
    ]


def _event(page: EventPage) -> h.Node:
    titles = ["Example", *(section.title for section in page.sections)]
    return h.article(".method-page")[
        h.div(".lead")[
            h.h1[page.title],
            h.p(".address")[h.code[page.name]],
            html_of(page.text),
            _facts(page.facts),
            _on_this_page([*titles, *(["See also"] if page.see else [])]),
        ],
        h.div(".examples")[
            h.section[
                h.h2("#example")["Example"],
                h.figure(".code")[h.figcaption["Body"], code_html(page.example, "json")],
            ]
        ],
        h.div(".details")[(_section(section) for section in page.sections), _see(page.see)],
    ]


def _facts(facts: Sequence[Fact]) -> h.Node:
    return h.dl(".facts")[
        (h.div[h.dt[fact.name], h.dd[inline_html_of(fact.text)]] for fact in facts)
    ]


def _see(links: Sequence[Link]) -> h.Node:
    if not links:
        return None
    return _headed("See also", h.ul[(h.li[h.a(href=link.path)[link.text]] for link in links)])


def _titles(page: MethodPage) -> list[str]:
    return [
        "Example",
        *(section.title for section in page.sections),
        "Answers",
        *(["Notes"] if page.notes else []),
        "Errors",
        *(["See also"] if page.see else []),
    ]


def _on_this_page(titles: Sequence[str]) -> h.Node:
    return h.nav(".on-this-page", aria_label="On this page")[
        h.ul[(h.li[h.a(href=f"#{anchor_of(title)}")[title]] for title in titles)]
    ]


def _headed(title: str, content: h.Node) -> h.Node:
    return h.section[h.h2(id=anchor_of(title))[title], content]


def _section(section: Section) -> h.Node:
    return _headed(
        section.title,
        [html_of(section.text) if section.text else None, _fields(section.fields)],
    )


def _examples(page: MethodPage) -> h.Node:
    """Show the call in every language: which one is chosen by radio buttons, which need no script."""
    return h.section[
        h.h2("#example")["Example"],
        h.div(".languages")[
            (
                [
                    h.input(
                        id=f"language-{snippet.language}",
                        type="radio",
                        name="language",
                        value=snippet.language,
                        checked=position == 0,
                    ),
                    h.label(for_=f"language-{snippet.language}")[snippet.label],
                ]
                for position, snippet in enumerate(page.snippets)
            ),
            (
                h.div(class_=f"code {snippet.language}", data_label=snippet.label)[
                    code_html(snippet.source, LEXERS[snippet.language])
                ]
                for snippet in page.snippets
            ),
        ],
        (
            h.figure(".code")[
                h.figcaption[h.span(".status")[str(answer.status)], " ", _meaning(answer)],
                code_html(example, "json"),
            ]
            for answer in page.answers
            for example in answer.examples
        ),
    ]


def _meaning(answer: Answer) -> h.Node:
    return inline_html_of(answer.meaning)


def _answer(answer: Answer) -> h.Node:
    return [
        h.h3(id=f"status-{answer.status}")[str(answer.status)],
        h.p[_meaning(answer)],
        _fields(answer.fields),
    ]


def _errors(page: MethodPage) -> h.Node:
    return h.div(".table", tabindex="0", role="region", aria_label="Errors")[
        h.table[
            h.thead[h.tr[(h.th(scope="col")[name] for name in ("Status", "Code", "When"))]],
            h.tbody[
                (
                    h.tr[
                        h.td[str(error.status)],
                        h.td[
                            h.a(href=f"{INDEX}/errors#{anchor_of(error.code)}")[h.code[error.code]]
                        ],
                        h.td[inline_html_of(error.when)],
                    ]
                    for error in page.errors
                )
            ],
        ]
    ]


def _fields(fields: Sequence[Field]) -> h.Node:
    if not fields:
        return None
    return h.ul(".fields")[(h.li(id=field.anchor)[_field(field)] for field in fields)]


def _field(field: Field) -> Iterator[h.Node]:
    yield h.p(".head")[
        h.a(".name", href=f"#{field.anchor}")[h.code[field.name]],
        " ",
        h.span(".type")[", ".join(filter(None, [field.type, field.limits]))],
        h.span(class_=field.remark)[f" {field.remark}"] if field.remark else None,
    ]
    if field.text:
        yield h.div(".about")[html_of(field.text)]
    if field.values:
        last = len(field.values) - 1
        yield h.p(".about")[
            "One of: ",
            (
                [h.code[value], "," * (place < last), " "]
                for place, value in enumerate(field.values)
            ),
        ]
    if field.default:
        yield h.p(".about")["Default: ", h.code[field.default], "."]
    if field.example:
        yield h.p(".about")["For example: ", h.code[field.example], "."]
    yield _fields(field.fields)
