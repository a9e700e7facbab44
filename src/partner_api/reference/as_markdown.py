"""Pages of the reference as Markdown: for readers that are programs, and for whoever copies them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.reference.event_pages import TITLE, EventPage
from partner_api.reference.names import INDEX, OPERATOR, SERVER
from partner_api.reference.pages import LEXERS, MethodPage
from partner_api.reference.text_pages import called
from partner_api.reference.words import links_to_markdown, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partner_api.reference.fields import Field
    from partner_api.reference.names import Place
    from partner_api.reference.pages import Link, Section
    from partner_api.reference.text_pages import Page

MEDIA_TYPE: Final = "text/markdown; charset=utf-8"
# The first that fits is the right one.
_SIDES: Final = {
    OPERATOR: "Methods of the operator",
    SERVER: "Methods without a key",
    INDEX: "Methods of partners",
}


def markdown_of(page: Page) -> str:
    """Return the whole of a page; its links lead to the Markdown of others."""
    lines = [f"# {page.title}", "", *_trail(page.place)]
    match page:
        case MethodPage():
            lines += _method_lines(page)
        case EventPage():
            lines += _event_lines(page)
        case _:
            lines += [page.text]
    return links_to_markdown("\n".join(lines).rstrip() + "\n")


def _trail(place: Place) -> Iterator[str]:
    if place.path != INDEX:
        trail = [("API reference", INDEX), *place.folders]
        yield " / ".join(f"[{plain(name)}]({path})" for name, path in trail)
        yield ""


def _method_lines(page: MethodPage) -> Iterator[str]:
    yield from (f"`{page.method} {page.address}`", "")
    if page.text:
        yield from (page.text, "")
    yield from (f"* {plain(fact.name)}: {fact.text}" for fact in page.facts)
    yield from ("", "## Example", "")
    for snippet in page.snippets:
        yield from (f"{snippet.label}:", "")
        yield from _block(snippet.source, LEXERS[snippet.language])
    yield from _sections(page.sections)
    yield from ("## Answers", "")
    for answer in page.answers:
        yield from (f"### {answer.status}", "", answer.meaning, "")
        for example in answer.examples:
            yield from _block(example, "json")
        yield from _fields(answer.fields, 0)
        yield ""
    if page.notes:
        yield from ("## Notes", "")
        yield from (f"* {_indented(note, 2)}" for note in page.notes)
        yield ""
    yield from ("## Errors", "", "| Status | Code | When |", "|---|---|---|")
    for error in page.errors:
        anchor = error.code.lower().replace("_", "-")
        when = error.when.replace("|", "\\|")
        yield f"| {error.status} | [`{error.code}`]({INDEX}/errors#{anchor}) | {when} |"
    yield from _see(page.see)


def _event_lines(page: EventPage) -> Iterator[str]:
    yield from (f"`{page.name}`", "", page.text, "")
    yield from (f"* {plain(fact.name)}: {fact.text}" for fact in page.facts)
    yield from ("", "## Example", "")
    yield from _block(page.example, "json")
    yield from _sections(page.sections)
    yield from _see(page.see)


def _sections(sections: Sequence[Section]) -> Iterator[str]:
    for section in sections:
        yield from (f"## {section.title}", "")
        if section.text:
            yield from (section.text, "")
        yield from _fields(section.fields, 0)
        yield ""


def _see(links: Sequence[Link]) -> Iterator[str]:
    if links:
        yield from ("", "## See also", "")
    yield from (f"* [{plain(link.text)}]({link.path})" for link in links)


def _fields(fields: Sequence[Field], depth: int) -> Iterator[str]:
    for field in fields:
        facts = "; ".join(filter(None, [field.type, field.limits, field.remark]))
        line = f"* `{field.name}` ({plain(facts)})"
        if field.text:
            line += f": {' '.join(field.text.split())}"
        if field.values:
            line += f" One of: {', '.join(f'`{value}`' for value in field.values)}"
        if field.default:
            line += f" Default: `{field.default}`."
        if field.example:
            line += f" For example: `{field.example}`."
        yield "  " * depth + line
        yield from _fields(field.fields, depth + 1)


def _block(source: str, language: str) -> Iterator[str]:
    # A fence that is longer than any in what it holds.
    fence = "```"
    while fence in source:
        fence += "`"
    yield from (f"{fence}{language}", source, fence, "")


def _indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)


def index_of_everything(title: str, pages: Sequence[Page]) -> str:
    """Return `/llms.txt`: what there is, with a line on each page.

    Args:
        title: of the API.
        pages: all pages, in their order.
    """
    lines = [
        f"# {title}",
        "",
        "> An API for platforms that sell through partners: child organizations, prepaid credit wallets with "
        "reservations, and leased social accounts.",
        "",
        "The same for programs is [openapi.json](/openapi.json), with each call in curl, TypeScript and Python as "
        "`x-codeSamples`.",
        "",
    ]
    order = ("Pages", *reversed(_SIDES.values()), TITLE, "Lists of methods")
    sections: dict[str, list[str]] = {name: [] for name in order}
    folders = {path for page in pages for _, path in page.place.folders}
    for page in pages:
        address = page.place.path
        if isinstance(page, MethodPage):
            side = next(name for path, name in _SIDES.items() if address.startswith(f"{path}/"))
            line = f"* [{plain(page.title)}]({address}.md): `{called(page)}`"
        elif isinstance(page, EventPage):
            side = TITLE
            line = f"* [{plain(page.title)}]({address}.md): `{called(page)}`"
        else:
            side = "Lists of methods" if address in folders else "Pages"
            # Several have the same title.
            names = [*(name for name, _ in page.place.folders), page.title]
            line = f"* [{plain(' / '.join(names))}]({address}.md)"
        sections[side].append(line)
    for name, listed in sections.items():
        lines += [f"## {name}", "", *listed, ""]
    return "\n".join(lines).rstrip() + "\n"
