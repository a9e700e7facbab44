"""What the pages say exists does, and what exists is on them."""

from __future__ import annotations

import re
import shlex
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
import typer.main
from tests.docs.pages import PAGES, ROOT, blocks_of, name_of

from partner_api.app import ROUTES
from partner_api.commands.application import app
from partner_api.edge.limits.rate_limits import TIERS
from partner_api.edge.route import Route
from partner_api.errors import CODES, KINDS
from partner_api.events.type_schemas import EVENT_TYPES, KNOWN_EVENTS
from partner_api.reference.routes import reference_routes
from partner_api.settings.secret_files import file_variable
from partner_api.settings.table import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
_LAYERS = typer.main.get_command(app)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_INLINE = re.compile(r"`([^`]+)`")
# Where the reference begins; its other pages are not in the table.
_REFERENCE = "/docs"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_without_blocks(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in _anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_exist(page: Path) -> None:
    for words in _layers_commands(page):
        command = _LAYERS
        while words and hasattr(command, "commands"):
            assert words[0] in command.commands, f"layers … {' '.join(words)}"
            command = command.commands[words.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        for word in words:
            if word.startswith("--"):
                assert word in options, f"{command.name} {word}"


def test_the_glossary_has_each_term_once_in_order_with_a_link() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^\* \*\*(.+?)\*\*: (.+?)(?=\n\* |\Z)", text, re.MULTILINE | re.DOTALL)
    terms = [term.lower() for term, _ in entries]
    assert len(terms) == text.count("\n* ")
    assert terms == sorted(set(terms))
    assert [term for term, meaning in entries if not _LINK.search(meaning)] == []


def test_every_setting_is_on_the_page_about_running() -> None:
    explained = set(_INLINE.findall(_without_blocks(ROOT / "docs" / "run.md")))
    assert {setting.variable for setting in SETTINGS} <= explained


def test_every_setting_on_the_pages_exists() -> None:
    known = {setting.variable for setting in SETTINGS}
    # What the client libraries read, in the programs of others.
    known |= {"LAYERS_API_KEY", "LAYERS_BASE_URL", "LAYERS_ORGANIZATION", "LAYERS_LOG"}
    # What `layers listen` signs with, and a receiver checks with.
    known.add("LAYERS_WEBHOOK_SECRET")
    known |= {name for name in map(file_variable, SETTINGS) if name is not None}
    for page in PAGES:
        named = set(re.findall(r"\bLAYERS_[A-Z_]+\b", page.read_text(encoding="utf-8")))
        assert named <= known, name_of(page)


def test_the_tables_of_routes_are_complete() -> None:
    shown = {
        (method, path): access
        for method, path, access in re.findall(
            r"^\| `(GET|POST|PUT|PATCH|DELETE) (/\S*)` \| (?:(any|`[a-z:]+`) \|)?",
            API,
            re.MULTILINE,
        )
    }
    served = {(route.method, route.template): _access(route) for route in _routes()}
    assert shown == served


def test_the_table_of_events_is_complete() -> None:
    text = _without_blocks(ROOT / "docs" / "webhooks.md")
    shown = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+?) \| (.*?) \|$", text, re.MULTILINE)
    assert [(name, title, _INLINE.findall(fields)) for name, title, fields in shown] == [
        (
            event.name,
            event.title,
            [
                field.encode_name
                for field in msgspec.structs.fields(event.data)
                if field.encode_name != "organizationId"
            ],
        )
        for event in EVENT_TYPES.values()
    ]
    assert KNOWN_EVENTS - set(EVENT_TYPES) <= set(_INLINE.findall(text))


def test_the_table_of_errors_is_complete() -> None:
    shown = re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", API, re.MULTILINE)
    assert [(code, int(status)) for code, status in shown] == [
        (code, KINDS[code].status) for code in CODES
    ]


def test_the_table_of_rate_limits_is_right() -> None:
    for tier, limits in TIERS.items():
        (row,) = re.findall(rf"^\| `{tier}`[^|]*\|(.*)\|$", API, re.MULTILINE)
        cells = [cell.strip().replace(",", "") for cell in row.split("|")]
        if limits is None:
            assert cells[0] == "no limit"
        else:
            assert [int(cell) for cell in cells] == [
                limits.read_per_minute,
                limits.write_per_minute,
                limits.long_running_per_minute,
                limits.writes_per_day,
                limits.running_jobs,
            ]


def _routes() -> list[Route]:
    described = chain.from_iterable(ROUTES)
    served = chain(described, reference_routes(()))
    return [
        route
        for route in served
        if route.template == _REFERENCE or not route.template.startswith(_REFERENCE)
    ]


def _access(route: Route) -> str:
    if route.declared.access.kind == "public":
        return ""
    needed = route.declared.access.scope or route.declared.access.role
    return f"`{needed}`" if needed else "any"


def _layers_commands(page: Path) -> Iterator[list[str]]:
    """The words after `layers` of every command on a page, in blocks and in sentences."""
    for block in blocks_of(page):
        if block.language == "sh":
            for line in block.text.replace("\\\n", " ").splitlines():
                if found := re.search(r"(?:^|\()layers (.+)", line.partition(" #")[0]):
                    yield _words(found[1].partition("|")[0])
    for text in _INLINE.findall(_without_blocks(page).replace("\n", " ")):
        if text.startswith("layers "):
            yield _words(text.removeprefix("layers "))


def _words(text: str) -> list[str]:
    return [word for word in shlex.split(text.replace(")", " ")) if word != "…"]


def _without_blocks(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = _HEADING.findall(_without_blocks(page))
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        for heading in headings
    }
