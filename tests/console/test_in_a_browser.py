"""Every page in a real browser, with hostile data: for everyone, by keyboard, in both themes, small and large."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.contract.route_table import ROUTES
from tests.support.browser import (
    PATIENCE_MS,
    Watch,
    browsing,
    sign_in,
    what_keeps_out,
    what_tab_misses,
)
from tests.support.form_markup import faults_of_forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page
    from tests.support.hostile_world import HostileWorld
    from tests.support.serving import Service

pytestmark = pytest.mark.timeout(300)

_NO_PAGES = re.compile(r"sign-in/|\.|/files?/")
PAGES = [
    name.partition(" ")[2]
    for name in ROUTES
    if name.startswith("GET /console") and not _NO_PAGES.search(name)
]
# Pages of organizations are different for a partner and for a child.
PAGES += [
    page.replace("{orgId}", "{partner}") for page in PAGES if page.endswith("organizations/{orgId}")
]
# A job that runs has forms, one that is finished has pictures.
PAGES += [page.replace("{jobId}", "{finishedJobId}") for page in PAGES if page.endswith("{jobId}")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module")
def contexts(
    browser: Browser, demo: Service, demo_token: str
) -> Iterator[dict[str, BrowserContext]]:
    """Somebody who is signed in, with scripts and without."""
    options: dict[str, dict[str, Any]] = {
        "scripted": {},
        "plain": {"java_script_enabled": False},
    }
    opened = {name: browser.new_context(**option) for name, option in options.items()}
    for context in opened.values():
        sign_in(context, demo.base_url, demo_token)
    yield opened
    for context in opened.values():
        context.close()


def address_of(page: str, world: HostileWorld) -> str:
    """The address of a page, about what is hostile."""
    # Partners pay, so the rows of a ledger of cash are theirs; the first row of each ledger is enough.
    own = {"orgId": world.ids["partner"]} if "/cash/" in page else {}
    ids = {**world.ids, **own, "sequence": "1"}
    return re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], page)


@pytest.fixture(scope="module")
def scripted(contexts: dict[str, BrowserContext], demo: Service) -> Watch:
    """A page that is open, and what is noted of it; to open one for each address takes twice as long."""
    return Watch(contexts["scripted"].new_page(), demo.base_url)


@pytest.fixture(scope="module")
def plain(contexts: dict[str, BrowserContext]) -> Page:
    """A page that is open, of somebody without scripts."""
    page = contexts["plain"].new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def text_at(page: Page, address: str) -> str:
    """What a page says, but for what the time changes between two readings, and which of the sessions looks."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    changed = r"\d+ (seconds?|minutes?)|[0-9:]{8}|This one|\bEnd\b"
    return " ".join(re.sub(changed, "", page.locator("main").inner_text()).split())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_for_everyone(
    plain: Page, scripted: Watch, demo: Service, world: HostileWorld, page: str
) -> None:
    """In both themes, by keyboard alone, in a small window and a large one; without scripts it says the same.

    It is read once for all of it.
    """
    address = demo.base_url + address_of(page, world)
    scripted.faults.clear()
    texts: list[str] = []
    # What is counted and checked by itself may come between two readings, but not between all.
    while len(texts) < 2 or (texts[-1] != texts[-2] and len(texts) < 10):
        texts.append(text_at(plain, address))
        assert faults_of_forms(plain.content()) == []
        texts.append(text_at(scripted.page, address))
    assert texts[-1] == texts[-2]
    assert texts[-1]
    # A page that is read again while it is gone through would begin anew.
    scripted.page.evaluate("document.getElementById('main').removeAttribute('data-live')")
    assert what_keeps_out(scripted.page) == []
    assert what_tab_misses(scripted.page) == []
    assert scripted.faults == []


def test_keys_lead_everywhere(
    contexts: dict[str, BrowserContext], demo: Service, world: HostileWorld
) -> None:
    page = contexts["scripted"].new_page()
    watch = Watch(page, demo.base_url)
    page.goto(f"{demo.base_url}/console/organizations")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/organizations/org_*")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/console/organizations")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.keyboard.press("/")
    page.keyboard.type(world.ids["partner"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{world.ids['partner']}*")
    assert watch.faults == []
    page.close()


def test_what_stands_above_each_page_is_reached_by_keyboard_too(
    contexts: dict[str, BrowserContext], demo: Service
) -> None:
    page = contexts["scripted"].new_page()
    page.goto(f"{demo.base_url}/console/operators")
    assert page.locator("header :is(a, input)").count() > 10
    assert what_tab_misses(page, "body") == []
    page.close()


def test_the_first_tab_skips_what_stands_above_each_page(
    contexts: dict[str, BrowserContext], demo: Service
) -> None:
    page = contexts["scripted"].new_page()
    page.goto(f"{demo.base_url}/console/organizations")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(
    browser: Browser, demo: Service, demo_token: str, world: HostileWorld
) -> None:
    context = browser.new_context()
    sign_in(context, demo.base_url, demo_token)
    page = context.new_page()
    watch = Watch(page, demo.base_url)
    page.goto(f"{demo.base_url}/console/organizations/{world.ids['partner']}")
    page.locator("summary", has_text="Record a payment").click()
    form = page.locator("form[data-form=topup]")
    form.locator("[name=amountCents]").fill("1,234")
    form.locator("[name=description]").fill("Kept <b>&amp;</b>")
    key = form.locator("[name=idempotencyKey]").input_value()
    context.clear_cookies()
    form.locator("button[type=submit]").click()
    page.fill("#token", demo_token)
    page.press("#token", "Enter")
    page.wait_for_url("**/console/organizations/org_*")
    form = page.locator("form[data-form=topup]")
    assert form.locator("[name=amountCents]").input_value() == "1,234"
    assert form.locator("[name=description]").input_value() == "Kept <b>&amp;</b>"
    assert form.locator("[name=idempotencyKey]").input_value() == key
    said = form.locator("p.notice")
    assert said.evaluate("one => one === document.activeElement"), "what is kept is looked at first"
    assert said.evaluate("one => one.getBoundingClientRect().bottom <= innerHeight")
    form.locator("button.primary").click()
    page.wait_for_selector("p.notice")
    assert watch.faults == []
    context.close()


def test_the_files_of_a_finished_job_are_shown(
    contexts: dict[str, BrowserContext], demo: Service, world: HostileWorld
) -> None:
    page = contexts["scripted"].new_page()
    watch = Watch(page, demo.base_url)
    page.goto(f"{demo.base_url}/console/jobs/{world.ids['finishedJobId']}")
    picture = page.locator(".pictures img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.pictures img').complete")
    assert picture.evaluate("one => one.naturalWidth") == 1, "it is drawn, not broken"
    assert "slide 1 of 2" in str(picture.get_attribute("alt"))
    video = page.locator(".pictures video")
    assert video.evaluate("one => one.controls && new URL(one.src).host === location.host")
    assert "video 2 of 2" in str(video.get_attribute("aria-label"))
    assert watch.faults == []
    page.close()


def test_back_and_forward_after_a_form_do_nothing_twice(
    contexts: dict[str, BrowserContext], demo: Service, world: HostileWorld
) -> None:
    page = contexts["scripted"].new_page()
    watch = Watch(page, demo.base_url)
    own = f"{demo.base_url}/console/organizations/{world.ids['partner']}"
    ledger = f"{own}/cash?eventType=topup"

    def payments() -> int:
        page.goto(ledger)
        return page.locator("#ledger tr[data-href]").count()

    before = payments()
    page.goto(own)
    page.locator("summary", has_text="Record a payment").click()
    form = page.locator("form[data-form=topup]")
    form.locator("[name=amountCents]").fill("1100")
    form.locator("[name=description]").fill("Once")
    key = form.locator("[name=idempotencyKey]").input_value()
    form.locator("button.primary").click()
    page.wait_for_selector("main > p.notice")
    page.go_back()
    page.go_forward()
    page.go_back()
    form = page.locator("form[data-form=topup]")
    # Either it is the form that was sent, with its key, or a new one in which nothing is filled in.
    same = form.locator("[name=idempotencyKey]").input_value() == key
    assert same or not form.locator("[name=amountCents]").input_value()
    page.reload()
    assert payments() == before + 1
    assert watch.faults == []
    page.close()
