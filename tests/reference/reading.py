"""Reading pages of the reference as a browser does: elements, links, ids and words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# What the page has for getting about, and what it says a second time, beside an example.
_FURNITURE = {"nav", "header", "title", "figcaption"}
_VOID = {"meta", "link", "input", "br", "hr", "img", "wbr"}
# Elements between which there is a space when they are read.
_BLOCKS = {"p", "div", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "pre", "tr", "label"}


@dataclass
class Element:
    """An element's start: its name and attributes."""

    name: str
    attributes: dict[str, str | None]


@dataclass
class Read(HTMLParser):
    """What is in a page; ``faults`` has what is not well-formed."""

    text: str
    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self.feed(self.text)
        self.close()
        if self._open:
            self.faults.append(f"not closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag == "p" and "p" in self._open:
            self.faults.append("a paragraph in a paragraph")
        if tag in {"ul", "div", "table", "pre", "section"} and "p" in self._open:
            self.faults.append(f"<{tag}> in a paragraph")
        self.elements.append(Element(tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)
        if tag in _BLOCKS:
            self.said.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> where {self._open[-1:]} is open")
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag in _BLOCKS:
            self.said.append(" ")

    def handle_data(self, data: str) -> None:
        is_read = "main" in self._open or "<main" not in self.text
        if is_read and not _FURNITURE & set(self._open):
            self.said.append(data)

    @property
    def links(self) -> list[str]:
        """Where its links lead, and what it loads."""
        return [
            value
            for element in self.elements
            for name in ("href", "src", "action")
            if (value := element.attributes.get(name)) is not None
        ]

    @property
    def ids(self) -> list[str]:
        """The ids of its elements."""
        return [value for one in self.elements if (value := one.attributes.get("id")) is not None]

    @property
    def words(self) -> list[str]:
        """The words that are read in it."""
        return re.findall(r"[^\s,.;:()/·]+", "".join(self.said))


def links_of_markdown(text: str) -> list[str]:
    """Return where the links of a Markdown text lead."""
    prose = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", prose)
