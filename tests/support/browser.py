"""A real browser for the tests of pages, where there is one: Debian's chromium, or what CHROMIUM names.

Debian's ``chromium-headless-shell`` is the same without windows, and opens a page at half the cost.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Dialog,
        Error,
        Page,
        Request,
    )

# So that a busy machine is no failure.
PATIENCE_MS = 60_000


def chromium() -> str | None:
    """The browser's program, if there is one."""
    programs = ("chromium-headless-shell", "chromium", "google-chrome")
    installed = (found for name in programs if (found := shutil.which(name)))
    return os.environ.get("CHROMIUM") or next(installed, None)


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """A browser; without one on this machine the tests that need it are left out, and say so."""
    program = chromium()
    if program is None:
        pytest.skip("there is no browser on this machine: install chromium, or set CHROMIUM")
    with sync_playwright() as playwright:
        # Its own sandbox does not work as root; it opens nothing but our pages.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """Notes what must not happen while pages are open: errors, dialogs, requests to other hosts.

    Args:
        page: to watch.
        base_url: of the server whose pages it opens.
    """

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.faults: list[str] = []
        host = urlsplit(base_url).netloc

        def note_request(request: Request) -> None:
            if urlsplit(request.url).netloc not in ("", host):
                self.faults.append(f"a request to {request.url}")

        def note_dialog(dialog: Dialog) -> None:
            self.faults.append(f"a dialog: {dialog.message}")
            dialog.dismiss()

        def note_console(said: ConsoleMessage) -> None:
            # A refusal of the server is no fault of the page.
            if said.type in ("error", "warning") and "status of 40" not in said.text:
                self.faults.append(f"the console: {said.text}")

        page.set_default_timeout(PATIENCE_MS)
        page.on("request", note_request)
        page.on("dialog", note_dialog)
        page.on("console", note_console)
        page.on("pageerror", self._note_error)

    def _note_error(self, error: Error) -> None:
        # What chromium says of a page that is left before it was shown: no script of ours has failed.
        if "Transition was" not in str(error):
            self.faults.append(f"an error: {error}")


def sign_in(context: BrowserContext, base_url: str, token: str) -> None:
    """Sign an operator in, by the form, as people do."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{base_url}/console/sign-in")
    page.fill("#token", token)
    page.press("#token", "Enter")
    page.wait_for_url(lambda url: not urlsplit(url).path.endswith("sign-in"))
    page.close()


# What a person can do something with, and sees; in a group of radio buttons the arrows move.
_OPERABLE = """
(within) => [...document.querySelector(within).querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((one) => one.checkVisibility() && !one.disabled && one.type !== 'hidden' && one.type !== 'radio'
    && !one.classList.contains('skip'))
  .map((one, number) => { one.dataset.tested = number; return one.outerHTML.slice(0, 120); })
"""
# Row after row of a long list has the same to offer: two of each kind stay.
_THIN_OUT = """
(within) => {
  const seen = new Map();
  for (const row of document.querySelectorAll(`${within} tbody tr`)) {
    const kind = [...row.querySelectorAll('a[href], button, input, select, textarea, summary')]
      .map((one) => `${one.tagName}.${one.className}.${one.tabIndex}`).join();
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (seen.get(kind) > 2) row.remove();
  }
}
"""
# Noted in the page, so that the browser is asked once in many steps.
_NOTE_FOCUS = """
() => {
  window.reached = new Set();
  document.addEventListener('focusin', ({target: one}) => {
    const style = getComputedStyle(one);
    const isShown = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
    if (one.dataset.tested !== undefined && isShown) window.reached.add(Number(one.dataset.tested));
  }, true);
}
"""
_STEPS_PER_LOOK = 10

# Whether a text can be read follows from how it looks and from what it stands on. Where many look alike, two of them
# are marked: most of what axe costs is this question, for each text anew.
_MARK_LOOKS = """
() => {
  const known = new Map([[null, '']]), seen = new Map();
  const ground = (one) => {
    if (!known.has(one)) {
      const {backgroundColor, backgroundImage, opacity, position, filter, mixBlendMode} = getComputedStyle(one);
      const own = [backgroundColor, backgroundImage, opacity, position, filter, mixBlendMode].join();
      const above = ground(one.parentElement);
      known.set(one, own === 'rgba(0, 0, 0, 0),none,1,static,none,normal' ? above : `${above}|${own}`);
    }
    return known.get(one);
  };
  for (const one of document.body.querySelectorAll('*')) {
    delete one.dataset.look;
    const texts = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const length = `${texts.map((node) => node.data).join('')}${one.value ?? ''}`.trim().length;
    if (!length || !one.checkVisibility()) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(one);
    // axe does not judge a text of one letter.
    const look = [ground(one), color, fontSize, fontWeight, textShadow, length > 1, one.disabled].join();
    seen.set(look, (seen.get(look) ?? 0) + 1);
    if (seen.get(look) <= 2) one.dataset.look = '';
  }
}
"""
_CONTRAST = "color-contrast"
_THE_OTHER_COLOURS = "link-in-text-block"
# What a narrow window can break, which shows tables otherwise and leaves parts out.
_STRUCTURE = ["cat.aria", "cat.structure", "cat.tables"]
_AXE = Axe()

Faults = list[tuple[str, object]]


def what_keeps_out(page: Page) -> Faults:
    """What is wrong with the page that is open, for people who see it differently: how it was looked at, and what.

    In the light theme by all rules of axe, in the dark one by those that look at colours, which alone can find
    something else there; in a large window and a small one.
    """
    _resize(page, 1440)
    page.emulate_media(color_scheme="light")
    found = [
        *_too_wide(page, 1440),
        *_violations(page, "light", rules={_CONTRAST: {"enabled": False}}),
        *_unreadable(page, "light"),
    ]
    page.emulate_media(color_scheme="dark")
    found += _unreadable(page, "dark")
    _resize(page, 320)
    structure = {"type": "tag", "values": _STRUCTURE}
    colours = {_THE_OTHER_COLOURS: {"enabled": True}}
    found += [
        *_too_wide(page, 320),
        *_violations(page, "dark and small", runOnly=structure, rules=colours),
    ]
    _resize(page, 1440)
    return found


def _resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})


def _too_wide(page: Page, width: int) -> Faults:
    taken = page.evaluate("document.documentElement.scrollWidth")
    return [(f"in a window of {width}", taken)] if taken > width else []


def _unreadable(page: Page, looked: str) -> Faults:
    page.evaluate(_MARK_LOOKS)
    only = {"type": "rule", "values": [_CONTRAST]}
    return _violations(page, looked, {"include": [["[data-look]"]]}, runOnly=only)


def _violations(
    page: Page, looked: str, within: Mapping[str, object] | None = None, **options: object
) -> Faults:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.axe_script)
    asked = [within, {"resultTypes": ["violations"], **options}]
    found = page.evaluate("([within, options]) => axe.run(within ?? document, options)", asked)
    return [
        (looked, (one["id"], [node["html"][:200] for node in one["nodes"]]))
        for one in found["violations"]
    ]


def what_tab_misses(page: Page, within: str = "#main") -> list[str]:
    """What a person without a mouse cannot reach, or not see that it is reached.

    Args:
        page: to go through.
        within: a selector of the part where that begins. What stands above ``main`` is the same on every page.
    """
    page.evaluate(_THIN_OUT, within)
    operable = page.evaluate(_OPERABLE, within)
    page.evaluate(_NOTE_FOCUS)
    page.evaluate("(within) => document.querySelector(within).focus()", within)
    reached: set[int] = set()
    steps, most = 0, 2 * len(operable) + 40
    while len(reached) < len(operable) and steps < most:
        for _ in range(_STEPS_PER_LOOK if steps else len(operable)):
            # A key that is held down steps on, which asks half as much of the browser as to press it again.
            page.keyboard.down("Tab")
            steps += 1
        reached = set(page.evaluate("() => [...window.reached]"))
    page.keyboard.up("Tab")
    return [html for number, html in enumerate(operable) if number not in reached]
