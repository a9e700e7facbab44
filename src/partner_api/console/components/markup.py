"""Writing pages: the same markup as htpy's own, at a fraction of its time.

htpy passes each piece of text through every element around it, and asks of each what kind it is in a slow way. A table
has thousands of pieces. Here each is written once, to the end of what stands before it.
"""

from __future__ import annotations

import functools
import re
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Final

import htpy as h
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# What escaping changes.
_ESCAPED: Final = re.compile("[&<>'\"]")
_NESTED: Final = (list, tuple, GeneratorType)


def element(tag: str, content: h.Node, **attributes: str | None) -> Markup:
    """Return an element; its content is escaped, unless it is Markup, and the values of attributes always are.

    Args:
        tag: its name.
        content: what is in it.
        attributes: by their names, with `_` for `-`, and `class_` for `class`; None leaves one out.
    """
    text = _escaped(content) if type(content) is str else rendered(content)
    return _written(f"<{tag}{_attributes(attributes)}>{text}</{tag}>")


def opening(tag: str, **attributes: str | None) -> str:
    """Return the tag that begins an element; see ``element``."""
    return f"<{tag}{_attributes(attributes)}>"


def rendered(node: h.Node) -> Markup:
    """Return what a node is written as.

    Raises:
        RuntimeError: a generator in it was written already.
        TypeError: something in it is no node.
    """
    if type(node) is Markup:
        return node
    parts: list[str] = []
    write(node, parts.append)
    return joined(parts)


def joined(parts: Iterable[str]) -> Markup:
    """Return pieces of what ``write`` and ``opening`` write, one after the other."""
    return _written("".join(parts))


def write(node: Any, to: Callable[[str], None]) -> None:
    """Write a node piece by piece, escaped.

    Raises:
        RuntimeError: a generator in it was written already.
        TypeError: something in it is no node.
    """
    kind = type(node)
    if kind is Markup:
        to(node)
    elif kind is str:
        to(_escaped(node))
    elif node is None or kind is bool:
        return
    elif kind is h.Element:
        # What htpy keeps of an element has no public names; tests compare what is written with its own.
        to(f"<{node._name}{node._attrs}>")
        write(node._children, to)
        to(f"</{node._name}>")
    elif kind in _NESTED:
        if kind is GeneratorType and node.gi_frame is None:
            raise RuntimeError("Generator has already been consumed")
        for one in node:
            write(one, to)
    elif kind is h.VoidElement:
        to(f"<{node._name}{node._attrs}>")
    elif kind is h.HTMLElement:
        to("<!doctype html>")
        write(h.Element(node._name, node._attrs, node._children), to)
    else:
        # Numbers, and what is rare.
        to(str(h.fragment[node]))


def _written(text: str) -> Markup:
    """Return text that is escaped, without asking whether it is."""
    return str.__new__(Markup, text)


def _attributes(attributes: Mapping[str, str | None]) -> str:
    written = ""
    for name, value in attributes.items():
        if value is not None:
            written += f'{_attribute(name)}="{_quoted(value)}"'
    return written


@functools.cache
def _attribute(name: str) -> str:
    return f" {name.rstrip('_').replace('_', '-')}"


def _escaped(text: str) -> str:
    # To look is faster than to escape, and most text has nothing to escape.
    return escape(text) if _ESCAPED.search(text) is not None else text


def _quoted(value: str) -> str:
    """Escape the value of an attribute, Markup too: what is written between quotes must have none."""
    return escape(str(value)) if _ESCAPED.search(value) is not None else value
