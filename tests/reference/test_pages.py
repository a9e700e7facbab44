"""Every route has a page; every page is whole without a script, and leads only where something is."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from tests.edge.conftest import client  # noqa: F401 - a fixture
from tests.reference.described import DESCRIBED, SITE
from tests.reference.reading import Read, links_of_markdown
from tests.support import sample

from partner_api.errors import CODES
from partner_api.reference.names import place_of
from partner_api.reference.possible_errors import errors_of
from partner_api.reference.site import Site

if TYPE_CHECKING:
    import httpx2

    from partner_api.edge.route import Route

PAGES = list(SITE.pages)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_FILES = {"/openapi.json", "/llms.txt", "data:,"}


def text_of(path: str) -> str:
    file = SITE.find(path)
    assert file is not None, path
    return file.content.decode()


@pytest.fixture(scope="module")
def pages() -> dict[str, Read]:
    """All pages, as a browser reads them."""
    return {path: Read(text_of(path)) for path in PAGES}


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: f"{route.method} {route.template}")
def test_every_route_has_a_page_that_says_what_is_in_the_document(
    route: Route, pages: dict[str, Read]
) -> None:
    operation = SITE.document["paths"][route.template][route.method.lower()]
    page = pages[place_of(route).path]
    said = "".join(page.said)
    assert operation["summary"] in said
    assert route.template in said
    assert route.method in said
    for parameter in operation["parameters"]:
        assert f"{parameter['in']}-{parameter['name']}" in page.ids
    for code in errors_of(route):
        assert code in said
    for example in operation["x-codeSamples"]:
        assert " ".join(example["source"].split()) in " ".join(said.split())
    for status in (route.declared.status, *route.declared.also):
        assert f"status-{status}" in page.ids


def test_addresses_of_methods_follow_from_their_names() -> None:
    assert {"/docs/leased-accounts/list", "/docs/organizations/credits/retrieve"} <= set(PAGES)
    assert {"/docs/whoami", "/docs/operator/jobs/assets/upload"} <= set(PAGES)
    assert len(PAGES) == len(set(PAGES))


def test_no_page_leads_to_itself_or_twice_to_another() -> None:
    for page in SITE.methods:
        paths = [link.path for link in page.see]
        assert page.place.path not in paths
        assert len(paths) == len(set(paths)), page.place.path
    health = [link.path for page in SITE.methods for link in page.see if "health" in page.address]
    assert sorted(health) == ["/docs/server/read-metrics", "/docs/server/read-readiness"]


def test_every_field_of_an_answer_has_an_anchor_of_its_own(pages: dict[str, Read]) -> None:
    assert "answer-items-monthlyPriceCents" in pages["/docs/leased-accounts/list"].ids
    assert "body-niche-vertical" in pages["/docs/leased-accounts/requests/create"].ids
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path


def test_every_page_is_well_formed(pages: dict[str, Read]) -> None:
    for path, page in pages.items():
        assert page.faults == [], path
        names = [element.name for element in page.elements]
        assert names.count("h1") == names.count("main") == names.count("title") == 1, path
        assert text_of(path).startswith("<!doctype html>"), path
        labelled = {one.attributes.get("for") for one in page.elements if one.name == "label"}
        inputs = {one.attributes.get("id") for one in page.elements if one.name == "input"}
        assert labelled == inputs, path


def test_every_link_leads_somewhere(pages: dict[str, Read]) -> None:
    for path, page in pages.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            if target in _FILES:
                continue
            target = target or path
            assert SITE.find(target) is not None, f"{path} leads to {link}"
            if anchor:
                assert anchor in pages[target].ids, f"{path} leads to {link}"


def test_every_link_of_the_markdown_leads_to_markdown(pages: dict[str, Read]) -> None:
    for path in [*(f"{page}.md" for page in PAGES), "/llms.txt"]:
        links = links_of_markdown(text_of(path))
        assert links or path == "/docs/libraries.md", path
        for link in links:
            target, _, anchor = link.partition("#")
            if target in _FILES:
                continue
            assert target.endswith(".md"), f"{path} leads to {link}"
            assert SITE.find(target) is not None, f"{path} leads to {link}"
            if anchor:
                assert anchor in pages[target.removesuffix(".md")].ids, f"{path} leads to {link}"


def test_a_page_and_its_markdown_say_the_same(pages: dict[str, Read]) -> None:
    for path, page in pages.items():
        markdown = re.sub(r"^\[API reference\].*$", "", text_of(f"{path}.md"), flags=re.MULTILINE)
        rendered = Read(_MARKDOWN.render(markdown))
        shown = Counter(page.words)
        # The link to the Markdown itself.
        shown -= Counter(["View", "as", "Markdown"])
        assert shown == Counter(rendered.words), path


def test_the_list_of_pages_is_complete() -> None:
    listed = set(links_of_markdown(text_of("/llms.txt")))
    assert {f"{path}.md" for path in PAGES} == listed - _FILES


def test_no_two_lines_of_the_list_of_pages_say_the_same() -> None:
    lines = [line for line in text_of("/llms.txt").splitlines() if line.startswith("* [")]
    said = Counter(re.sub(r"\(/docs[^)]*\)", "", line) for line in lines)
    assert len(said) == len(PAGES), said.most_common(3)


def test_pages_under_a_heading_of_the_list_have_names_of_their_own() -> None:
    for part in text_of("/llms.txt").split("\n## ")[1:]:
        names = re.findall(r"^\* \[([^]]*)\]", part, flags=re.MULTILINE)
        assert len(names) == len(set(names)) > 0, part


def test_printed_languages_stand_one_below_the_other() -> None:
    # As a grid, they would be printed on top of each other: on a screen, all have the same cell.
    _, printed = text_of("/docs/reference.css").split("@media print")
    assert "  .languages { display: block; }" in printed


def test_nothing_is_loaded_from_elsewhere(pages: dict[str, Read]) -> None:
    for path, page in pages.items():
        assert all(link.startswith(("/", "#", "data:")) for link in page.links), path
        assert not any(
            name.startswith("on") or name == "style"
            for element in page.elements
            for name in element.attributes
        ), path
        assert not any(element.name == "style" for element in page.elements), path
    for path in ("/docs/reference.css", "/docs/reference.js"):
        assert not re.search(r"https?://|@import|url\(", text_of(path))


def test_the_errors_page_has_every_code_where_the_tables_point(pages: dict[str, Read]) -> None:
    anchors = {code.lower().replace("_", "-") for code in CODES}
    assert anchors <= set(pages["/docs/errors"].ids)


def test_the_script_makes_no_markup_from_text() -> None:
    script = text_of("/docs/reference.js")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)


def test_all_languages_are_there_and_one_is_chosen_without_a_script(pages: dict[str, Read]) -> None:
    page = pages["/docs/leased-accounts/list"]
    radios = [one.attributes for one in page.elements if one.name == "input"][:3]
    assert [one["value"] for one in radios] == ["curl", "typescript", "python"]
    assert ["checked" in one for one in radios] == [True, False, False]
    hidden = [one for one in page.elements if "hidden" in one.attributes]
    # What does nothing without the script is not shown without it.
    assert [one.attributes["id"] for one in hidden] == ["page-search"]


async def test_pages_are_served_with_a_policy_that_lets_nothing_else_in(
    client: httpx2.AsyncClient,  # noqa: F811
) -> None:
    for path, kind in {
        "/docs": "text/html",
        "/docs.md": "text/markdown",
        "/docs/leased-accounts/list": "text/html",
        "/docs/leased-accounts/list.md": "text/markdown",
        "/docs/operator/organizations/credits/events/list": "text/html",
        "/docs/reference.css": "text/css",
        "/docs/reference.js": "text/javascript",
        "/llms.txt": "text/plain",
    }.items():
        answer = await client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8", path
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/docs", "/docs/errors.md", "/docs/reference.js", "/openapi.json"]
)
async def test_what_a_cache_has_is_not_sent_again(
    client: httpx2.AsyncClient,  # noqa: F811
    path: str,
) -> None:
    whole = await client.get(path)
    again = await client.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == whole.headers["ETag"]
    assert again.headers["Cache-Control"] == "no-cache"
    other = await client.get(path, headers={"If-None-Match": '"of another release"'})
    assert (other.status_code, other.content) == (200, whole.content)


@pytest.mark.parametrize(
    "path",
    ["/docs/nothing", "/docs/leased-accounts/list.html", "/docs/a/b/c/d/e", "/docs/list.md/x"],
)
async def test_what_is_no_page_is_404(client: httpx2.AsyncClient, path: str) -> None:  # noqa: F811
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


def test_the_sample_feature_has_pages_too() -> None:
    site = Site(sample.routes)
    for path in site.pages:
        file = site.find(path)
        assert file is not None
        assert Read(file.content.decode()).faults == []
