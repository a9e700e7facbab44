"""Lists: one page at a time, or all items of all pages."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any, Generic, Literal, TypeVar, overload

T = TypeVar("T")


class _PageOfItems(Generic[T]):
    """What both kinds of page have."""

    __slots__ = ("_end", "items", "next_cursor")

    def __init__(self, items: list[T], next_cursor: str | None, end: str | None) -> None:
        self.items = items
        """The items of this page."""
        self.next_cursor = next_cursor
        """Where the next page begins; None on the last page."""
        self._end = end

    @overload
    def __getitem__(self, key: Literal["items"]) -> list[T]: ...
    @overload
    def __getitem__(self, key: Literal["nextCursor"]) -> str | None: ...
    def __getitem__(self, key: str) -> list[T] | str | None:
        """Return a field by its name on the wire: ``page["items"]``, ``page["nextCursor"]``."""
        if key == "items":
            return self.items
        if key == "nextCursor":
            return self.next_cursor
        raise KeyError(key)

    def has_next_page(self) -> bool:
        """Check whether there is a page after this one."""
        return self.next_cursor is not None

    def _is_end(self) -> bool:
        # A feed always has a cursor: at its end it is the one that was asked for, and nothing is there.
        return self.next_cursor is None or (not self.items and self.next_cursor == self._end)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} of {len(self.items)} items, next_cursor={self.next_cursor!r}>"
        )


class Page(_PageOfItems[T]):
    """A page of a list. Iterating it gives its items and those of all pages after it, which are fetched on the way."""

    __slots__ = ("_follow",)

    def __init__(
        self,
        items: list[T],
        next_cursor: str | None,
        follow: Callable[[str], Page[T]],
        end: str | None = None,
    ) -> None:
        super().__init__(items, next_cursor, end)
        self._follow = follow

    def next_page(self) -> Page[T]:
        """Fetch the page after this one, with the same filters and options.

        Raises:
            ValueError: this is the last page.
            LayersError: it cannot be fetched; calling again is safe.
        """
        if self.next_cursor is None:
            raise ValueError("This is the last page.")
        return self._follow(self.next_cursor)

    def __iter__(self) -> Iterator[T]:
        return _Items(self)


class _Items(Iterator[T]):
    """Walks over pages, and holds one at a time. After an error the same page is asked for again.

    Threads may share one: each item is given once.
    """

    __slots__ = ("_items", "_page", "_turn")

    def __init__(self, page: Page[T]) -> None:
        self._page = page
        self._items = iter(page.items)
        self._turn = threading.Lock()

    def __next__(self) -> T:
        for item in self._items:
            return item
        with self._turn:
            while True:
                # Another thread may have fetched the page.
                for item in self._items:
                    return item
                if self._page._is_end():
                    raise StopIteration
                self._page = self._page.next_page()
                self._items = iter(self._page.items)


class AsyncPage(_PageOfItems[T]):
    """A page of a list. ``async for`` gives its items and those of all pages after it, which are fetched on the way."""

    __slots__ = ("_follow",)

    def __init__(
        self,
        items: list[T],
        next_cursor: str | None,
        follow: Callable[[str], Awaitable[AsyncPage[T]]],
        end: str | None = None,
    ) -> None:
        super().__init__(items, next_cursor, end)
        self._follow = follow

    async def next_page(self) -> AsyncPage[T]:
        """Fetch the page after this one, with the same filters and options.

        Raises:
            ValueError: this is the last page.
            LayersError: it cannot be fetched; calling again is safe.
        """
        if self.next_cursor is None:
            raise ValueError("This is the last page.")
        return await self._follow(self.next_cursor)

    def __aiter__(self) -> AsyncIterator[T]:
        return _AsyncItems(self)


class AsyncPages(Generic[T]):
    """A list that is not read yet: ``await`` gives its first page, ``async for`` all items of all pages."""

    __slots__ = ("_first",)

    def __init__(self, first: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._first = first

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._first().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        return _AsyncItems(self)


class _AsyncItems(AsyncIterator[T]):
    """Walks over pages, and holds one at a time. After an error the same page is asked for again.

    Tasks may share one: each item is given once.
    """

    __slots__ = ("_items", "_page", "_turn")

    def __init__(self, page: AsyncPage[T] | AsyncPages[T]) -> None:
        self._page = page
        self._items = iter(page.items if isinstance(page, AsyncPage) else ())
        import asyncio

        self._turn = asyncio.Lock()

    async def __anext__(self) -> T:
        for item in self._items:
            return item
        async with self._turn:
            while True:
                # Another task may have fetched the page.
                for item in self._items:
                    return item
                if isinstance(self._page, AsyncPages):
                    self._page = await self._page
                elif self._page._is_end():
                    raise StopAsyncIteration
                else:
                    self._page = await self._page.next_page()
                self._items = iter(self._page.items)
