"""The pages that are no route's: where to begin, the errors, the libraries, and what is in each folder."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from partner_api.errors import KINDS
from partner_api.reference.event_pages import FOLDER, TITLE, WEBHOOKS, EventPage
from partner_api.reference.names import INDEX, OPERATOR, SERVER, Place
from partner_api.reference.pages import LEXERS, MethodPage
from partner_api.reference.words import linked, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FIRST: Final = "GET /v1/whoami"
_OPERATOR: Final = (
    "What the company that runs this server does: it onboards partners, moves credits and cash, and has an account "
    "pool, workers and sweeps. Send an operator's token, `lpo_…`, as `Authorization: Bearer <token>`; each method "
    "names the role that it needs. In the libraries the methods are those of `LayersOperator`, which takes the token "
    "from `LAYERS_OPERATOR_TOKEN`."
)
_SERVER: Final = "What the server says of itself and the files that it serves. No key is needed."
_EVENT_TYPES: Final = (
    f"Everything that is sent to [webhooks]({WEBHOOKS}) and stands in the feed. Each event has the same envelope, and "
    "`type` says what is in `data`. New types are added over time."
)
_EVENTS: Final = (
    f"What happens is sent to your [webhooks]({WEBHOOKS}), and can be read from a feed for 30 days."
)
_SHAPE: Final = """\
Every error has the same shape, also those for unknown addresses and wrong methods:

```json
{
  "error": {
    "code": "NOT_FOUND",
    "message": "There is nothing here that this key can see. Check the address and the ids in it.",
    "requestId": "req_01K0EMRPVYF88W1S7F6X9MPQ0R"
  }
}
```

Act on `code`; the message is for people. `details` is there when a program can use more than the code. Answers of the
status 408, 409, 429 and 5xx say in `X-Should-Retry` whether the same request, sent again, can succeed. The first check
that fails decides which error it is.
"""


class TextPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page that is one text, in Markdown."""

    place: Place
    title: str
    text: str


Page: TypeAlias = MethodPage | EventPage | TextPage
"""Any page of the reference."""


def text_pages(methods: Sequence[MethodPage], events: Sequence[EventPage]) -> list[TextPage]:
    """Return the pages beside those of methods and events, the first one being the index."""
    places = {f"{page.method} {page.address}": page.place.path for page in methods}
    pages = [
        TextPage(place=Place(INDEX, ()), title="Partner API", text=_introduction(methods, events)),
        TextPage(
            place=Place(f"{INDEX}/libraries", ()), title="Libraries", text=_file("libraries.md")
        ),
        TextPage(
            place=Place(WEBHOOKS, ()),
            title="Webhooks",
            text=linked(_file("webhooks.md"), places),
        ),
        TextPage(place=Place(f"{INDEX}/errors", ()), title="Errors", text=_errors()),
    ]
    folders: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {}
    inner: list[MethodPage | EventPage] = [*methods, *events]
    for page in inner:
        above = page.place.folders
        for depth, (name, path) in enumerate(above):
            folders.setdefault(path, (name, above[:depth]))
    texts = {OPERATOR: _OPERATOR, SERVER: _SERVER, FOLDER: _EVENT_TYPES}
    for path, (name, above) in folders.items():
        inside = [page for page in inner if page.place.path.startswith(f"{path}/")]
        text = "\n".join([texts.get(path, ""), "", *_listed(inside)]).strip()
        pages.append(TextPage(place=Place(path, above), title=name, text=text))
    return pages


def sections_of(methods: Iterable[MethodPage]) -> dict[str, list[MethodPage]]:
    """Return pages by the folder that is nearest to the index, in their order."""
    sections: dict[str, list[MethodPage]] = {}
    for page in methods:
        folders = [folder for folder in page.place.folders if folder[1] != OPERATOR]
        sections.setdefault(folders[0][0] if folders else "Your key", []).append(page)
    return sections


def _introduction(methods: Sequence[MethodPage], events: Sequence[EventPage]) -> str:
    first = next((page for page in methods if f"{page.method} {page.address}" == _FIRST), None)
    blocks = [
        f"```{LEXERS[snippet.language]}\n{snippet.source}\n```"
        for snippet in (first.snippets if first is not None else ())
    ]
    text = _file("introduction.md").replace("{example}", "\n\n".join(blocks))
    lines = [text, "## Methods", ""]
    partners = [page for page in methods if not page.place.path.startswith((OPERATOR, SERVER))]
    for name, pages in sections_of(partners).items():
        lines += [f"### {plain(name)}", "", *_listed(pages), ""]
    for name, path in (("The operator's API", OPERATOR), ("The server", SERVER)):
        if any(page.place.path.startswith(path) for page in methods):
            lines += [f"### {name}", "", f"* [{name}]({path})", ""]
    if events:
        lines += [f"## {TITLE}", "", _EVENTS, "", *_listed(events), ""]
    return "\n".join(lines)


def _listed(pages: Iterable[MethodPage | EventPage]) -> list[str]:
    return [f"* [{plain(page.title)}]({page.place.path}) `{called(page)}`" for page in pages]


def called(page: MethodPage | EventPage) -> str:
    """Return what a program calls the thing that a page is about."""
    return page.name if isinstance(page, EventPage) else f"{page.method} {page.address}"


def _errors() -> str:
    lines = [_SHAPE]
    for code, kind in KINDS.items():
        lines += [f"## {code}", "", f"Status {kind.status}. {kind.when}", ""]
        lines += [f"Its message, unless there is more to say: {plain(kind.message)}", ""]
        if kind.headers:
            names = ", ".join(f"`{name}: {value}`" for name, value in kind.headers.items())
            lines += [f"Headers: {names}.", ""]
    return "\n".join(lines)


def _file(name: str) -> str:
    return (resources.files("partner_api.reference") / name).read_text(encoding="utf-8")
