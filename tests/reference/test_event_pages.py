"""Every type of event has a page, and receivers have one of their own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.docs.pages import blocks_of
from tests.reference.described import DESCRIBED, SITE
from tests.reference.reading import Read
from tests.reference.test_hostile_text import HOSTILE

from partner_api.events.data_schemas import JobFailedData
from partner_api.events.type_schemas import EVENT_TYPES, EventType
from partner_api.reference.event_pages import see_also
from partner_api.reference.event_schemas import schema_name
from partner_api.reference.site import Site
from partner_api.reference.words import without_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
WEBHOOKS = "/docs/webhooks"
_TYPES = pytest.mark.parametrize("event", EVENT_TYPES.values(), ids=lambda event: event.name)


def text_of(path: str, site: Site = SITE) -> str:
    file = site.find(path)
    assert file is not None, path
    return file.content.decode()


def address_of(event_type: str) -> str:
    return f"/docs/events/types/{re.sub('[._]', '-', event_type)}"


def fields_in(value: object, anchor: str = "body") -> Iterator[str]:
    """The anchors of the fields of an example."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{anchor}-{name}"
            yield from fields_in(inner, f"{anchor}-{name}")


@_TYPES
def test_a_page_says_when_it_is_sent_and_what_is_in_it(event: EventType) -> None:
    page = Read(text_of(address_of(event.name)))
    said = " ".join("".join(page.said).split())
    markdown = text_of(f"{address_of(event.name)}.md")
    assert event.title in said
    assert without_marks(event.description) in said
    assert event.name in said
    assert schema_name(event.name) in said
    assert f"{WEBHOOKS}#verify" in page.links
    example = json.loads(markdown.partition("```json\n")[2].partition("```")[0])
    assert example["type"] == event.name
    assert msgspec.convert(example["data"], event.data) == event.example
    assert {f"header-{name}" for name in ("X-Layers-Signature", "webhook-id")} <= set(page.ids)
    # What is in `metadata` is the user's own.
    expected = {one for one in fields_in(example) if "metadata-" not in one}
    assert expected <= set(page.ids)


@_TYPES
def test_a_page_leads_to_the_methods_that_one_wants_then(event: EventType) -> None:
    named = {route.declared.sdk for route in DESCRIBED if route.declared.access.kind == "key"}
    wanted = see_also(event.name)
    assert set(wanted) <= named
    (page,) = (one for one in SITE.events if one.name == event.name)
    assert len(page.see) == len(set(wanted)) == len(wanted) > 2


def test_the_index_has_them_as_a_group_where_partners_look() -> None:
    def group(path: str) -> str:
        return text_of(path).partition('aria-label="Event types">')[2].partition("</section>")[0]

    for path in ("/docs", "/docs/leased-accounts/list", address_of("job.completed")):
        links = [link for link in Read(group(path)).links if link.startswith("/docs/")]
        assert links == [address_of(name) for name in EVENT_TYPES], path
    assert not group("/docs/operator/jobs/claim")
    assert 'aria-current="page"' in group(address_of("job.completed"))


def test_the_addresses_on_the_page_of_receivers_are_routes() -> None:
    written = re.findall(
        r"`((?:GET|POST|PATCH|DELETE) /[^`]+)`",
        (ROOT / "src/partner_api/reference/webhooks.md").read_text(encoding="utf-8"),
    )
    assert len(written) > 5
    assert set(written) <= {f"{route.method} {route.template}" for route in DESCRIBED}


@_TYPES
def test_the_addresses_in_descriptions_are_routes(event: EventType) -> None:
    written = re.findall(r"`((?:GET|POST|PATCH|DELETE) /[^`]+)`", event.description)
    assert set(written) <= {f"{route.method} {route.template}" for route in DESCRIBED}


@pytest.mark.parametrize(("library", "language"), [("python", "python"), ("typescript", "ts")])
def test_the_receivers_are_those_of_the_libraries_whose_tests_run_them(
    library: str, language: str
) -> None:
    name = {"ts": "typescript"}.get(language, language)
    shown = text_of(f"{WEBHOOKS}.md").partition(f"```{name}\n")[2].partition("```")[0]
    readme = [
        block.text
        for block in blocks_of(ROOT / f"sdk/{library}/README.md")
        if block.language == language
    ]
    assert shown.strip() in map(str.strip, readme)


def test_hostile_text_of_an_event_stays_text() -> None:
    class Data(JobFailedData, frozen=True, rename="camel", kw_only=True):
        pass

    Data.__doc__ = HOSTILE
    example = EVENT_TYPES["job.failed"].example
    said = {**msgspec.to_builtins(example), "status": "failed"}
    said["error"] = {"code": HOSTILE, "message": HOSTILE}
    made = EventType(
        "job.failed",
        Data,
        HOSTILE,
        f"{HOSTILE}\n\n[a](javascript:alert(3))",
        msgspec.convert(said, Data),
    )
    site = Site(DESCRIBED, [made])
    for path in ("/docs", "/docs/events", "/docs/events/types", address_of("job.failed")):
        page = Read(text_of(path, site))
        assert page.faults == [], path
        scripts = [one.attributes for one in page.elements if one.name == "script"]
        assert scripts == [{"src": "/docs/reference.js", "defer": None}], path
        assert not any(one.name == "img" for one in page.elements), path
        assert not any(link.startswith("javascript:") for link in page.links), path
        assert "alert(1)" in "".join(page.said), path
