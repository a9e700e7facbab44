"""The portal in a real browser: opened from another site, for everyone, in both themes, small and large."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import expect
from tests.contract.route_table import ROUTES
from tests.support.browser import PATIENCE_MS, Watch, browsing, what_keeps_out
from tests.support.form_markup import faults_of_forms
from tests.support.partners_app import PartnersApp, ask_for_link, follow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page
    from tests.support.hostile_world import HostileWorld
    from tests.support.serving import Service

pytestmark = pytest.mark.timeout(300)

PAGES = [
    name.partition(" ")[2]
    for name in ROUTES
    if name.startswith("GET /portal") and "." not in name and "{link}" not in name
]
WHO = ["partner", "child"]


class Visitor(NamedTuple):
    """Who looks, and in which browser session."""

    who: str
    context: BrowserContext


@pytest.fixture(scope="module")
def app() -> Iterator[PartnersApp]:
    with contextlib.closing(PartnersApp()) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module", params=WHO)
def visitor(
    request: pytest.FixtureRequest,
    demo: Service,
    world: HostileWorld,
    app: PartnersApp,
    browser: Browser,
) -> Iterator[Visitor]:
    """Somebody who has opened the portal."""
    context = browser.new_context()
    ask_for_link(demo, world, app, request.param)
    page = follow(context, app)
    # A script has pressed the button.
    page.wait_for_url(f"{demo.base_url}/portal")
    page.close()
    yield Visitor(request.param, context)
    context.close()


def addresses(page: Page, demo: Service, visitor: Visitor) -> list[str]:
    """The addresses of all pages that there is something on."""
    found = [path for path in PAGES if "{" not in path]
    if visitor.who == "partner":
        return found
    found.remove("/portal/payments")
    for start in ("/portal/ledger", "/portal/webhooks"):
        page.goto(demo.base_url + start)
        links = page.locator("main table a[href*='/portal/jobs/'], main table a.row-link")
        if links.count():
            found.append(str(links.first.get_attribute("href")))
    page.goto(demo.base_url + found[-1])
    if (links := page.locator("main table a.row-link")).count():
        found.append(str(links.first.get_attribute("href")))
    return found


def test_every_page_is_for_everyone(visitor: Visitor, demo: Service) -> None:
    page = visitor.context.new_page()
    watch = Watch(page, demo.base_url)
    for address in addresses(page, demo, visitor):
        answer = page.goto(demo.base_url + address)
        assert answer is not None
        assert answer.status == 200, address
        assert faults_of_forms(page.content()) == [], address
        assert (address, what_keeps_out(page)) == (address, [])
        assert (address, watch.faults) == (address, [])
    page.close()


def test_without_scripts_the_button_is_pressed_once_and_a_second_click_harms_nothing(
    demo: Service, world: HostileWorld, app: PartnersApp, browser: Browser
) -> None:
    ask_for_link(demo, world, app, "partner")
    context = browser.new_context(java_script_enabled=False)
    page = follow(context, app)
    page.wait_for_url("**/portal/open/*")
    page.dblclick("button.primary")
    # The second click ends the way there that the first one began, which ``wait_for_url`` takes for a failure.
    expect(page).to_have_url(f"{demo.base_url}/portal", timeout=PATIENCE_MS)
    (cookie,) = context.cookies(f"{demo.base_url}/portal")
    assert (cookie["sameSite"], cookie["httpOnly"]) == ("Strict", True)
    # There and back again.
    page.click(".back")
    page.wait_for_url(app.url)
    page.go_back()
    page.wait_for_url(f"{demo.base_url}/portal")
    assert page.locator("h1").inner_text() == "Overview"
    # The link of the application was used; from its page one can go on all the same.
    page.goto(app.url)
    page.click("#go")
    page.wait_for_url("**/portal/open/*")
    assert page.locator("h1").inner_text() == "This link was used"
    page.click("text=Go on")
    page.wait_for_url(f"{demo.base_url}/portal")
    page.click("text=Sign out")
    assert page.locator("h1").inner_text() == "Signed out"
    page.goto(f"{demo.base_url}/portal")
    assert page.locator("h1").inner_text() == "The session has ended"
    context.close()


def test_no_site_shows_the_portal_in_a_frame(
    visitor: Visitor, demo: Service, app: PartnersApp
) -> None:
    page = visitor.context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(app.url)
    page.set_content(f'<iframe src="{demo.base_url}/portal"></iframe>')
    page.wait_for_load_state("networkidle")
    frames = [frame for frame in page.frames if frame != page.main_frame]
    assert all("Overview" not in frame.content() for frame in frames)
    page.close()
