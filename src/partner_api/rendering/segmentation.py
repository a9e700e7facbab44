"""Where text may be parted: at characters with their marks, at ends of lines, at ends of sentences.

The rules are those of ``uniseg``, to the letter. What is replaced is its cursor, which walks back at each character
over all that the rules pass over, so that two thousand marks or brackets in a row take minutes: this one looks up
how far it would come.
"""

from __future__ import annotations

from functools import lru_cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from uniseg.breaking import Breakable, break_units
from uniseg.derived import indic_conjunct_break
from uniseg.graphemecluster import (
    GraphemeClusterBreak,
    grapheme_cluster_break,
    grapheme_cluster_breakables,
)
from uniseg.linebreak import line_break, line_break_breakables
from uniseg.sentencebreak import sentence_break, sentence_breakables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

MOST_CODE_POINTS = 32
"""Of one cluster. The standard (UAX #29) has no bound; the longest of a real language have about a dozen."""

_CACHED_CHARACTERS = 4_096


def clusters(text: str) -> list[str]:
    """Return the characters of a text as readers see them, each with its marks.

    What would be longer than ``MOST_CODE_POINTS`` is parted.
    """
    if text.isascii() and "\r" not in text:
        return list(text)
    found: list[str] = []
    begin = 0
    was_plain = True
    for place, character in enumerate(text):
        is_plain = _cluster_property(character) is GraphemeClusterBreak.OTHER
        # Between two of them there is always a boundary, and nothing before it matters behind it.
        if is_plain and was_plain and place > begin:
            found += _clusters_of(text[begin:place])
            begin = place
        was_plain = is_plain
    return found + _clusters_of(text[begin:])


def _clusters_of(text: str) -> list[str]:
    # The same words are measured again and again, in lines that end elsewhere.
    return _by_the_rules_once(text) if len(text) <= MOST_CODE_POINTS else _by_the_rules(text)


def _by_the_rules(text: str) -> list[str]:
    breakables = _cluster_breakables(text, property=_cluster_property)
    return [
        cluster[start : start + MOST_CODE_POINTS]
        for cluster in break_units(text, breakables)
        for start in range(0, len(cluster), MOST_CODE_POINTS)
    ]


_by_the_rules_once = lru_cache(_CACHED_CHARACTERS)(_by_the_rules)


def line_units(text: str) -> list[str]:
    """Return the parts of a text after each of which a line may end, with the spaces behind them."""
    return list(break_units(text, _line_breakables(text, property=_line_property)))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, with the spaces behind them."""
    return list(break_units(text, _sentence_breakables(text, property=_sentence_property)))


class _Text(Generic[T]):
    """What all cursors on one text share: the property of each character, and what was found out about them."""

    def __init__(self, text: str, property_of: Callable[[str], T]) -> None:
        self.characters = list(text)
        self.length = len(text)
        self.breakables: list[Breakable | None] = [None] * self.length
        self.properties = [property_of(character) for character in text]
        self._runs: dict[tuple[tuple[T, ...], bool, bool], list[int]] = {}
        self.skip(bytes(self.length))

    def skip(self, skipped: bytes) -> None:
        """Pass over the characters at the places that are not 0, from now on."""
        before, after = [-1] * self.length, [self.length] * self.length
        last = -1
        for place in range(self.length):
            before[place] = last
            if not skipped[place]:
                last = place
        last = self.length
        for place in reversed(range(self.length)):
            after[place] = last
            if not skipped[place]:
                last = place
        self.before, self.after = before, after
        self._runs.clear()

    def change(self, place: int, value: T) -> None:
        """Set another property for the character at a place."""
        self.properties[place] = value
        self._runs.clear()

    def step(self, place: int, steps: int, *, every: bool) -> int:
        """Return the place so many steps on or back, -1 or the length if that is outside."""
        if every:
            return min(max(place + steps, -1), self.length)
        neighbours = self.before if steps < 0 else self.after
        for _ in range(abs(steps)):
            if not 0 <= place < self.length:
                break
            place = neighbours[place]
        return place

    def end_of_run(self, place: int, wanted: tuple[T, ...], *, back: bool, every: bool) -> int:
        """Return how far one comes from a place over neighbours with the wanted properties."""
        key = (wanted, back, every)
        if key not in self._runs:
            self._runs[key] = self._find_runs(wanted, -1 if back else 1, every=every)
        return self._runs[key][place]

    def _find_runs(self, wanted: tuple[T, ...], way: int, *, every: bool) -> list[int]:
        places = range(self.length)
        ends = list(places)
        # Neighbours come first: what is known of them is known of those that pass over them.
        for place in places if way < 0 else reversed(places):
            neighbour = self.step(place, way, every=every)
            if 0 <= neighbour < self.length and self.properties[neighbour] in wanted:
                ends[place] = ends[neighbour]
        return ends


class _Cursor(Generic[T]):
    """Stands in for ``uniseg.breaking.Run``, and says what that one says, in a time that no text can lengthen.

    A cursor that has left its text is false, and knows no properties.
    """

    __slots__ = ("_text", "_valid", "position")

    def __init__(self, text: str, property_of: Callable[[str], T]) -> None:
        self._text = _Text(text, property_of)
        self._valid = bool(text)
        self.position = 0

    def __bool__(self) -> bool:
        return self._valid

    # The rules ask for these three again and again at each character, so they take no detour.
    @property
    def curr(self) -> T | None:
        return self._text.properties[self.position] if self._valid else None

    @property
    def prev(self) -> T | None:
        place = self._text.before[self.position] if self._valid else -1
        return self._text.properties[place] if place >= 0 else None

    @property
    def next(self) -> T | None:
        place = self._text.after[self.position] if self._valid else self._text.length
        return self._text.properties[place] if place < self._text.length else None

    @property
    def cc(self) -> str | None:
        return self.char()

    @property
    def pc(self) -> str | None:
        return self.char(-1)

    @property
    def nc(self) -> str | None:
        return self.char(1)

    def attr(self, offset: int = 0, /, noskip: bool = False) -> T | None:
        place = self._place(offset, noskip)
        return None if place is None else self._text.properties[place]

    def char(self, offset: int = 0, /, noskip: bool = False) -> str | None:
        place = self._place(offset, noskip)
        return None if place is None else self._text.characters[place]

    def is_sot(self) -> bool:
        return self.position == 0

    def is_eot(self) -> bool:
        return self.position == self._text.length - 1

    def walk(self, offset: int = 1, /, noskip: bool = False) -> bool:
        if self._valid:
            place = self._text.step(self.position, offset, every=noskip)
            self._valid = 0 <= place < self._text.length
            self.position = min(max(place, 0), self._text.length - 1)
        return self._valid

    def head(self) -> None:
        self.position = 0
        self._valid = True

    def is_following(
        self, attrs: T | tuple[T, ...], /, greedy: bool = False, noskip: bool = False
    ) -> _Cursor[T]:
        return self._passing(attrs, greedy=greedy, back=True, every=noskip)

    def is_leading(
        self, attrs: T | tuple[T, ...], /, greedy: bool = False, noskip: bool = False
    ) -> _Cursor[T]:
        return self._passing(attrs, greedy=greedy, back=False, every=noskip)

    def attributes(self) -> list[T]:
        return self._text.properties[:]

    def set_attr(self, attr: T, /) -> None:
        self._text.change(self.position, attr)

    def set_char(self, character: str, /) -> None:
        self._text.characters[self.position] = character

    def set_skip_table(self, counted: Iterable[Any], /) -> None:
        self._text.skip(bytes(not each for each in counted))

    def break_here(self) -> None:
        self._decide(Breakable.Break)

    def do_not_break_here(self) -> None:
        self._decide(Breakable.DoNotBreak)

    def set_default(self, breakable: Breakable) -> None:
        decided = self._text.breakables
        decided[:] = [breakable if each is None else each for each in decided]

    def breakables(self) -> list[Breakable | None]:
        return self._text.breakables[:]

    def literal_breakables(self) -> Iterator[int]:
        return (1 if each is None else each.value for each in self._text.breakables)

    def _place(self, offset: int, noskip: bool) -> int | None:
        if not self._valid:
            return None
        place = self._text.step(self.position, offset, every=noskip)
        return place if 0 <= place < self._text.length else None

    def _passing(
        self, attrs: T | tuple[T, ...], *, greedy: bool, back: bool, every: bool
    ) -> _Cursor[T]:
        wanted = attrs if isinstance(attrs, tuple) else (attrs,)
        passed: _Cursor[T] = object.__new__(_Cursor)
        passed._text, passed._valid, passed.position = self._text, self._valid, self.position
        if greedy and self._valid:
            passed.position = self._text.end_of_run(self.position, wanted, back=back, every=every)
        elif not greedy:
            passed._valid = passed.walk(-1 if back else 1, noskip=every) and passed.curr in wanted
        return passed

    def _decide(self, breakable: Breakable) -> None:
        if self._text.length and self._text.breakables[self.position] is None:
            self._text.breakables[self.position] = breakable


def _with_our_cursor(rules: Any) -> Any:
    """Return a copy of a function of ``uniseg`` that walks with our cursor; the library's own stays as it is."""
    known = {**rules.__globals__, "Run": _Cursor, "indic_conjunct_break": _conjunct_property}
    copy = FunctionType(rules.__code__, known, rules.__name__, rules.__defaults__)
    copy.__kwdefaults__ = rules.__kwdefaults__
    return copy


_cluster_property = lru_cache(_CACHED_CHARACTERS)(grapheme_cluster_break)
_conjunct_property = lru_cache(_CACHED_CHARACTERS)(indic_conjunct_break)
_line_property = lru_cache(_CACHED_CHARACTERS)(line_break)
_sentence_property = lru_cache(_CACHED_CHARACTERS)(sentence_break)
_cluster_breakables = _with_our_cursor(grapheme_cluster_breakables)
_line_breakables = _with_our_cursor(line_break_breakables)
_sentence_breakables = _with_our_cursor(sentence_breakables)
