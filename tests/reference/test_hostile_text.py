"""Text of a declaration is shown as it is, whatever is in it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from tests.reference.reading import Read

from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.scopes import ANY_KEY
from partner_api.edge.wire.reply import Reply
from partner_api.reference.site import Site

HOSTILE = "</code></pre></script><script>alert(1)</script><img src=x onerror=alert(1)> ``` ' \" & *"
routes = Routes(HOSTILE)


class Attack(Struct, forbid_unknown_fields=True):
    """What is sent and answered."""

    text: Annotated[str, Meta(description=HOSTILE, examples=[HOSTILE])]
    choice: Literal["</code><script>alert(2)</script>"]


@routes.write(
    "POST",
    "/v1/attacks/{name}",
    sdk="attacks.create",
    access=ANY_KEY,
    runs=Runs.UNRECORDED,
    also={202: HOSTILE},
    examples=[Attack(HOSTILE, "</code><script>alert(2)</script>")],
    shown=Shown(
        notes=[HOSTILE, "[here](javascript:alert(3))"],
        when={"VALIDATION": f"{HOSTILE} | a | b"},
        request={"name": HOSTILE},
        python=f"# {HOSTILE}",
        typescript=f"// {HOSTILE}",
    ),
)
async def attack(name: str, body: Attack) -> Reply[Attack]:
    raise NotImplementedError


attack.__doc__ = f"{HOSTILE}\n\n{HOSTILE}\n"


def page(path: str) -> str:
    hostile = Routes(HOSTILE)
    for route in routes:
        hostile._routes.append(route)
    file = Site(hostile).find(path)
    assert file is not None
    return file.content.decode()


def test_it_is_escaped_on_every_page_that_shows_it() -> None:
    for path in ("/docs", "/docs/attacks", "/docs/attacks/create"):
        text = page(path)
        read = Read(text)
        assert read.faults == [], path
        scripts = [one.attributes for one in read.elements if one.name == "script"]
        assert scripts == [{"src": "/docs/reference.js", "defer": None}], path
        assert not any(one.name == "img" for one in read.elements), path
        assert not any(link.startswith("javascript:") for link in read.links), path
        assert "alert(1)" in text, path


def test_it_stays_in_its_place_in_the_markdown() -> None:
    from markdown_it import MarkdownIt

    text = page("/docs/attacks/create.md")
    tokens: list[Any] = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    headings = [
        tokens[place + 1].content
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]
    assert headings == [
        "Example",
        "Path",
        "Headers",
        "Body",
        "Answers",
        "Notes",
        "Errors",
    ]
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type in {"td_open", "th_open"}]
    assert len(cells) == 3 * len(rows)
