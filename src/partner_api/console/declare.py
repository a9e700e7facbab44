"""Declaring pages and what their forms do.

``pages = Pages()`` stands at the top of a module of ``pages/``, ``@pages.page("/things/{thingId}")`` above a coroutine
that takes a ``Visit`` and the path's parameters and returns a ``View``, and ``@pages.action(…, shows=…, does=…)``
above one that does what a form asks for and returns ``Done``. Addresses are below the mount, such as ``/console``.
Whatever an action refuses, the page that it ``shows`` appears again, with what was filled in and what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import htpy as h

    from partner_api.edge.wire.reply import Reply

    Answer = "View | Done | Reply[Any]"
    PageHandler = Callable[..., Awaitable["View | Reply[Any]"]]
    ActionHandler = Callable[..., Awaitable["View | Done | Reply[Any]"]]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A page to show.

    Attributes:
        title: its heading, in plain text.
        body: everything below the heading.
        place: the word of the navigation that it belongs to.
        trail: links to what it is a part of, as pairs of a text and an address.
        live_seconds: how often it is read again while somebody looks, if it is.
        status: of the answer.
    """

    title: str
    body: h.Node
    place: str = ""
    trail: tuple[tuple[str, str], ...] = ()
    live_seconds: int | None = None
    status: int = 200


class Done(msgspec.Struct, frozen=True):
    """A form that was done: where to go now, and what to say there."""

    to: str
    message: str


class Download(Exception):
    """Raised by a page that answers with a file instead.

    Args:
        reply: sends the file.
        asks_again: whether it is sent part by part, and has an attribute ``admit``, which lets whoever looks in once
            more before each further one.
    """

    def __init__(self, reply: Any, *, asks_again: bool = False) -> None:
        super().__init__("a file is sent")
        self.reply = reply
        self.asks_again = asks_again


class Confirmation(Exception):
    """Raised by an action that the operator has to be asked about once more.

    Args:
        sentence: what will happen.
        rows: what it changes, each as name, before and after.
        answer: what a form sends that was confirmed.
    """

    def __init__(
        self, sentence: str, rows: list[tuple[str, str, str]], answer: str = "yes"
    ) -> None:
        super().__init__(sentence)
        self.answer = answer
        self.sentence = sentence
        self.rows = rows


class PageRoute(msgspec.Struct, frozen=True):
    """A page or an action, as it was declared.

    Attributes:
        method: GET or POST.
        path: below the mount.
        handler: the coroutine.
        shows: of an action, the page that has its form.
        does: of an action, the handlers of the API that it calls.
        upload_bytes: of an action whose form has files, how many bytes the form may have.
    """

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    shows: Callable[..., Awaitable[Any]] | None = None
    does: tuple[Callable[..., Awaitable[Any]], ...] = ()
    upload_bytes: int = 0


class Pages:
    """The pages of a module."""

    def __init__(self) -> None:
        self.routes: list[PageRoute] = []

    def page(self, path: str) -> Callable[[PageHandler], PageHandler]:
        """Declare a page."""

        def keep(handler: PageHandler) -> PageHandler:
            self.routes.append(PageRoute("GET", path, handler))
            return handler

        return keep

    def action(
        self,
        path: str,
        *,
        shows: PageHandler,
        does: tuple[Callable[..., Awaitable[Any]], ...],
        upload_bytes: int = 0,
    ) -> Callable[[ActionHandler], ActionHandler]:
        """Declare what a form does, and the page that the form is on; both take the same parameters.

        Args:
            path: below the mount.
            shows: the page.
            does: the handlers of the API that it calls: who may not use each of them is refused before anything else.
                None is for an action that only shows something.
            upload_bytes: of a form with files, how many bytes it may have.
        """

        def keep(handler: ActionHandler) -> ActionHandler:
            self.routes.append(PageRoute("POST", path, handler, shows, does, upload_bytes))
            return handler

        return keep
