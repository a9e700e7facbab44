"""Small pieces: other people's text, ids, times, amounts, statuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

import htpy as h

from partner_api.console.components.markup import element
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE: Final = "—"
# So long that it takes the width that there is.
_LONG: Final = 200
Tone = Literal["good", "bad", "warn", "quiet", "plain"]
_TONES: Final[Mapping[str, Tone]] = {
    **dict.fromkeys(
        ("active", "delivered", "completed", "assigned", "available", "succeeded"), "good"
    ),
    **dict.fromkeys(("past_due", "failed", "auto_paused", "abandoned", "suspended"), "bad"),
    **dict.fromkeys(("requested", "queued", "pending", "partial", "paused", "delivering"), "warn"),
    **dict.fromkeys(
        ("released", "archived", "revoked", "retired", "canceled", "rejected"), "quiet"
    ),
}


def other(text: str | None) -> h.Node:
    """Return other people's text: marks that turn the direction of writing are shown, and nothing around it turns."""
    if not text:
        return NONE
    kind = "other long" if len(text) > _LONG else "other"
    return element("bdi", visible(text), class_=kind)


def identifier(text: str | None, href: str | None = None) -> h.Node:
    """Return an id, with a link to the page of what it names."""
    if not text:
        return NONE
    return element("a" if href else "code", text, class_="id", href=href)


def instant(text: str | None) -> h.Node:
    """Return a time in UTC, to the second; a script adds the local one as its title."""
    if text is None:
        return NONE
    # The API writes all times in UTC, and in one form.
    return element("time", f"{text[:10]} {text[11:19]}", datetime=text)


def elapsed(since: str, now: datetime) -> str:
    """Write how long ago a time of the API was, such as ``3 minutes`` or ``2 days 4 hours``; no time to come."""
    return _in_words(now - datetime.fromisoformat(since))


def left(until: str, now: datetime) -> h.Node:
    """Return how long it is until a time of the API; what is less than a day is marked."""
    time = datetime.fromisoformat(until) - now
    text = _in_words(time)
    return badge(text, "bad") if time < timedelta(days=1) else text


def _in_words(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    parts = [
        (seconds // 86_400, "day"),
        (seconds // 3_600 % 24, "hour"),
        (seconds // 60 % 60, "minute"),
        (seconds % 60, "second"),
    ]
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    # Two parts say enough; minutes and seconds need no second one.
    shown = parts[first : first + 2] if first < 2 else parts[first : first + 1]
    return " ".join(
        f"{count:,} {unit}{'' if count == 1 else 's'}"
        for count, unit in shown
        if count or first == 3
    )


def age(text: str, now: datetime) -> h.Node:
    """Return how long ago a time was, in the two largest units."""
    return element("time", elapsed(text, now), datetime=text)


def day(text: str | None) -> h.Node:
    """Return the day of a time or a date."""
    return element("time", text[:10], datetime=text) if text else NONE


def credits(amount: int | None, *, signed: bool = False) -> h.Node:
    """Return an amount of credits."""
    if amount is None:
        return NONE
    written = f"{amount:+,}" if signed else f"{amount:,}"
    return element("data", written, class_="amount", value=str(amount))


def cents(amount: int | None, *, signed: bool = False) -> h.Node:
    """Return an amount of US dollars that is given in cents."""
    if amount is None:
        return NONE
    return element("data", dollars(amount, signed=signed), class_="amount", value=str(amount))


def dollars(amount: int, *, signed: bool = False) -> str:
    """Write cents as US dollars, such as ``-$1,234.50``."""
    sign = "-" if amount < 0 else "+" if signed else ""
    return f"{sign}${abs(amount) // 100:,}.{abs(amount) % 100:02}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun, such as ``1 request`` or ``1,200 requests``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def badge(status: str, tone: Tone | None = None) -> h.Node:
    """Return a status as a word with a colour, which says nothing that the word does not."""
    return element(
        "span",
        status.replace("_", " "),
        class_=f"badge {tone or _TONES.get(status, 'plain')}",
    )


def facts(*rows: tuple[str, h.Node]) -> h.Node:
    """Return a list of names and values."""
    return element(
        "dl",
        [element("div", [element("dt", name), element("dd", value)]) for name, value in rows],
        class_="facts",
    )


def section(title: str, *body: h.Node, id: str | None = None) -> h.Node:
    """Return a part of a page with a heading.

    Args:
        title: its heading.
        body: what is in it.
        id: by which it can be linked to, and refreshed alone.
    """
    return h.section(id=id, aria_label=title)[h.h2[title], body]
