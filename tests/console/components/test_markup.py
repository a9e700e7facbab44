"""Pages are written faster than htpy writes them, and the same byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from partner_api.console.components.markup import element, opening, rendered

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXT = st.text(alphabet="ab<>&'\" \u202e\u05d0\n")
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    _TEXT,
    _TEXT.map(lambda text: Markup("<i>{}</i>").format(text)),
    _TEXT.map(lambda text: h.input(name="q", value=text, required=True, hidden=False)),
    st.just(h.br),
)


def _around(child: st.SearchStrategy[h.Node]) -> st.SearchStrategy[h.Node]:
    return st.one_of(
        st.lists(child, max_size=3),
        st.lists(child, max_size=3).map(tuple),
        st.builds(lambda inner: h.fragment[inner], child),
        st.builds(lambda text, inner: h.div(".a.b", title=text)[inner], _TEXT, child),
        st.builds(lambda inner: h.html(lang="en")[inner], child),
        st.builds(lambda inner: lambda: inner, child),
    )


@given(st.recursive(_LEAVES, _around, max_leaves=12))
def test_a_node_is_written_as_htpy_writes_it(node: h.Node) -> None:
    assert rendered(node) == str(h.fragment[node])


@given(_TEXT, _LEAVES)
def test_an_element_is_written_as_htpy_writes_it(value: str, content: h.Node) -> None:
    expected = h.a(class_="id", href=value, data_go=value)[content]
    assert element("a", content, class_="id", href=value, data_go=value, title=None) == str(
        expected
    )
    assert str(expected).startswith(opening("a", class_="id", href=value, data_go=value))


def test_text_of_another_kind_is_escaped_too() -> None:
    class Name(str):
        pass

    name = Name("'><script>")
    expected = h.a(href=name, title=Markup("&lt;"))[name]
    assert element("a", name, href=name, title=Markup("&lt;")) == str(expected)
    assert "<script>" not in opening("a", href=name)


def test_what_was_written_before_is_not_left_out_without_a_word() -> None:
    parts = (one for one in "ab")
    node = h.p[parts]
    assert rendered(node) == "<p>ab</p>"
    with pytest.raises(RuntimeError):
        rendered(node)


@pytest.mark.parametrize("make", [lambda: b"bytes", object, lambda: 1.5])
def test_what_is_no_node_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        rendered([make()])  # type: ignore[list-item]
