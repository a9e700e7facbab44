"""Charts as SVG that the server draws, each with the same numbers in a table beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.markup import element

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDTH: Final = 640
_HEIGHT: Final = 160
_EDGE: Final = 4


def bars(
    title: str, points: Sequence[tuple[str, int]], *, write: Callable[[int], str], id: str
) -> h.Node:
    """Return a bar for each point.

    Args:
        title: what it shows.
        points: pairs of a label, such as a day, and a number of 0 or more.
        write: writes a number.
        id: of the chart on its page.
    """
    most = max((value for _, value in points), default=0) or 1
    step = (_WIDTH - 2 * _EDGE) / max(len(points), 1)
    room = _HEIGHT - 2 * _EDGE
    drawn = [
        h.rect(
            class_="bar",
            x=f"{_EDGE + number * step + step * 0.1:.1f}",
            y=f"{_HEIGHT - _EDGE - room * value / most:.1f}",
            width=f"{step * 0.8:.1f}",
            height=f"{room * value / most:.1f}",
        )[h.title[f"{label}: {write(value)}"]]
        for number, (label, value) in enumerate(points)
    ]
    return _figure(title, id, drawn, points, write)


def steps(
    title: str, points: Sequence[tuple[str, int]], *, write: Callable[[int], str], id: str
) -> h.Node:
    """Return a line that stays at each number until the next point, as a balance does; oldest first."""
    values = [value for _, value in points]
    low, high = min([0, *values]), max([1, *values])
    step = (_WIDTH - 2 * _EDGE) / max(len(points), 1)
    room = _HEIGHT - 2 * _EDGE

    def level(value: int) -> float:
        return _HEIGHT - _EDGE - room * (value - low) / (high - low)

    path = "".join(
        f"{'L' if number else 'M'}{_EDGE + number * step:.1f} {level(value):.1f}"
        f"H{_EDGE + (number + 1) * step:.1f}"
        for number, value in enumerate(values)
    )
    drawn = [h.path(class_="line", d=path, fill="none")] if path else []
    return _figure(title, id, drawn, points, write)


def sparkline(title: str, values: Sequence[int], *, write: Callable[[int], str]) -> h.Node:
    """Return a small line in a row of a table that has the numbers which it shows."""
    width, height = 96, 20
    low, high = min([0, *values]), max([1, *values])
    step = width / max(len(values) - 1, 1)
    path = " ".join(
        f"{number * step:.1f},{height - 2 - (height - 4) * (value - low) / (high - low):.1f}"
        for number, value in enumerate(values)
    )
    said = f"From {write(values[0])} to {write(values[-1])}; the highest is {write(high)}."
    return h.svg(
        class_="sparkline",
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label=f"{title}. {said}",
    )[h.title[title], h.desc[said], h.polyline(class_="line", points=path, fill="none")]


def _figure(
    title: str,
    id: str,
    drawn: Sequence[h.Node],
    points: Sequence[tuple[str, int]],
    write: Callable[[int], str],
) -> h.Node:
    if not points:
        return h.p(".empty")["There is nothing to draw yet."]
    first, last = points[0][0], points[-1][0]
    most = max(value for _, value in points)
    return h.figure(".chart")[
        h.figcaption(id=f"{id}-title")[title],
        h.svg(
            viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
            preserveAspectRatio="none",
            role="img",
            aria_labelledby=f"{id}-title {id}-text",
        )[
            h.desc(id=f"{id}-text")[f"From {first} to {last}; the highest is {write(most)}."],
            drawn,
        ],
        h.p(".axis", aria_hidden="true")[h.span[first], h.span[last]],
        h.details[
            h.summary["The numbers"],
            h.div(".scroll", role="region", aria_label=f"{title}: the numbers", tabindex="0")[
                h.table(".plain")[
                    h.tbody[
                        (
                            element(
                                "tr",
                                [
                                    element("th", label, scope="row"),
                                    element("td", write(value), class_="number"),
                                ],
                            )
                            for label, value in points
                        )
                    ]
                ]
            ],
        ],
    ]
