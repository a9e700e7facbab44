"""The sentences of the reference: Markdown, whose addresses of routes become links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markupsafe import Markup
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMATTER: Final = HtmlFormatter(nowrap=True)
_ADDRESS: Final = re.compile(r"(?<!\[)`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`")
_OWN_LINK: Final = re.compile(r"\]\((/docs(?:/[a-z0-9/-]+)?)(#[\w-]+)?\)")
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|&])")


def linked(text: str, places: Mapping[str, str]) -> str:
    """Return a text in which every address of a route is a link to its page.

    Args:
        text: Markdown.
        places: the page of each route, by its method and address.
    """

    def link(match: re.Match[str]) -> str:
        place = places.get(match[1])
        return match[0] if place is None else f"[{match[0]}]({place})"

    return _ADDRESS.sub(link, text)


def code_html(source: str, language: str) -> Markup:
    """Return a piece of code as a block of HTML, with the classes of what is in it.

    Args:
        source: the code.
        language: as Pygments names it.
    """
    marked = highlight(source, get_lexer_by_name(language), _FORMATTER).rstrip("\n")
    # It is a scrolling region, so that the keyboard has to reach it.
    return Markup(f'<pre tabindex="0"><code class="{language}">{marked}</code></pre>\n')  # noqa: S704 - it escapes


# HTML in a text is shown as it is written.
_MARKDOWN: Final = MarkdownIt(
    "commonmark",
    {"html": False, "highlight": lambda source, language, _: code_html(source, language or "text")},
).enable("table")


def html_of(text: str) -> Markup:
    """Return the HTML of a text of several paragraphs; its headings have anchors."""
    tokens = _MARKDOWN.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(tokens[place + 1].content))
    rendered = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Markup(rendered)  # noqa: S704 - the library escapes what is no Markdown


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def inline_html_of(text: str) -> Markup:
    """Return the HTML of a text that is less than a paragraph."""
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - as above


def plain(text: str) -> str:
    """Return a text that is no Markdown as Markdown that shows it."""
    return _SPECIAL.sub(r"\\\1", text)


def without_marks(text: str) -> str:
    """Return a sentence of Markdown as it is read, for a description in one line."""
    tokens = _MARKDOWN.parseInline(" ".join(text.split()))
    return "".join(
        child.content for token in tokens for child in token.children or () if child.content
    )


def links_to_markdown(text: str) -> str:
    """Return a text whose links to pages of the reference lead to their Markdown."""
    return _OWN_LINK.sub(lambda match: f"]({match[1]}.md{match[2] or ''})", text)
