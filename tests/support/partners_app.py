"""A partner's own application, which links to the portal from another site."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING, Any

import httpx2
from tests.support.browser import PATIENCE_MS

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page
    from tests.support.hostile_world import HostileWorld
    from tests.support.serving import Service


class PartnersApp:
    """A partner's own application, on another site than the server: ``localhost`` is not ``127.0.0.1``."""

    def __init__(self) -> None:
        self.link = ""
        app = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = f'<!doctype html><title>App</title><a id="go" href="{app.link}">Billing</a>'
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}/billing"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def ask_for_link(demo: Service, world: HostileWorld, app: PartnersApp, who: str) -> None:
    """Have the application link to a new link."""
    acting = {"X-Layers-Organization": world.ids["orgId"]} if who == "child" else {}
    answer = httpx2.post(
        f"{demo.base_url}/v1/portal-sessions",
        headers={"Authorization": f"Bearer {world.key}", **acting},
        json={"returnUrl": app.url, "expiresInSeconds": 3600},
        trust_env=False,
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
    app.link = answer.json()["url"]


def follow(context: BrowserContext, app: PartnersApp) -> Page:
    """Click on the link of the application."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(app.url)
    page.click("#go")
    return page
