"""A real browser for the tests of pages, where there is one: Debian's chromium, or what CHROMIUM names."""

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
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


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
() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((one) => one.checkVisibility() && !one.disabled && one.type !== 'hidden' && one.type !== 'radio'
    && !one.classList.contains('skip'))
  .map((one, number) => { one.dataset.tested = number; return one.outerHTML.slice(0, 120); })
"""
# Noted in the page, so that the browser is asked once in many steps.
_NOTE_FOCUS = """
() => {
  window.reached = new Set();
  const note = () => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const isShown = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
    if (one.dataset.tested !== undefined && isShown) window.reached.add(Number(one.dataset.tested));
  };
  document.addEventListener('keyup', (pressed) => pressed.key === 'Tab' && note(), true);
}
"""
_STEPS_PER_LOOK = 20


# Of axe's rules these alone look at colours; all others find the same in both themes.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Those that a narrow window can break, which shows tables otherwise and leaves parts out.
STRUCTURE = {"type": "tag", "values": ["cat.aria", "cat.structure", "cat.tables"]}
_AXE = Axe()


def violations(page: Page, only: Mapping[str, object] | None = None) -> list[tuple[str, list[str]]]:
    """What axe finds, of all its rules or only of some: the rule, and where it is broken."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if only is not None:
        options["runOnly"] = only
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.axe_script)
    found = page.evaluate("(options) => axe.run(options)", options)["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def what_tab_misses(page: Page) -> list[str]:
    """What a person without a mouse cannot reach, or not see that it is reached."""
    operable = page.evaluate(_OPERABLE)
    page.evaluate(_NOTE_FOCUS)
    reached: set[int] = set()
    for _ in range(0, 2 * len(operable) + 20, _STEPS_PER_LOOK):
        for _ in range(_STEPS_PER_LOOK):
            page.keyboard.press("Tab")
        reached = set(page.evaluate("() => [...window.reached]"))
        if len(reached) == len(operable):
            break
    return [html for number, html in enumerate(operable) if number not in reached]
