"""The text of JSON: how deep it is, which keys it repeats, and what of it is no text."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_api.edge.request.json_text import (
    MAX_DEPTH,
    REPEATED,
    SURROGATE,
    UNNAMED,
    has_repeated_keys,
    is_too_deep,
    list_text_problems,
    structure_of,
)
from partner_api.errors import MAX_ISSUES

# Text that is about JSON, so that what is in strings looks like what is outside.
TEXTS = st.text(alphabet='{}[]:,"\\ué😀 a', max_size=6)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def nested(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * levels + b"0" + closing * levels


def found(text: bytes) -> dict[str, str]:
    return {issue.path: issue.message for issue in list_text_problems(text)[0]}


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0


def _brackets(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value
    return 1 + sum(map(_brackets, inner)) if isinstance(value, dict | list) else 0


@given(VALUES, st.booleans())
def test_strings_are_told_from_what_is_around_them(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    structure = structure_of(text)
    assert structure.count(b":") == _keys(value)
    assert structure.count(b"[") + structure.count(b"{") == _brackets(value)
    assert not has_repeated_keys(structure, msgspec.json.decode(text))
    assert list_text_problems(text) == ([], 0)


@given(VALUES, TEXTS, st.sampled_from(["front", "back"]))
def test_a_key_that_is_there_twice_is_found_whatever_is_around_it(
    value: Any, name: str, where: str
) -> None:
    key = json.dumps(name).encode()
    twice = b'{%b:%b,"other":{},%b:[]}' % (key, json.dumps(value).encode(), key)
    text = b"[%b,%b]" % ((twice, b"0") if where == "front" else (b"0", twice))
    assert has_repeated_keys(structure_of(text), msgspec.json.decode(text))
    assert REPEATED in found(text).values()


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (b'{"a":1,"a":1}', {"a"}),
        (b'{"a":1,"a":1,"a":1}', {"a"}),
        (b'{"a":1,"\\u0061":1}', {"a"}),
        (b'{"a":{"b":1,"b":1},"a":{"b":1,"b":1}}', {"a", "a.b"}),
        (b'{"x":[0,{"a":{}},{"a":{},"a":{}}]}', {"x[2].a"}),
        (b'{"\\u0000":1,"\\u0000":1}', {"\\u0000"}),
        (b'{"":1,"":1}', {""}),
    ],
)
def test_a_repeated_key_is_named_at_its_place(text: bytes, paths: set[str]) -> None:
    assert found(text) == dict.fromkeys(paths, REPEATED)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (b'"\\ud800"', {""}),
        (b'{"a":["\\ud83d\\ude00","\\ud83d","\\ude00\\ud83d"]}', {"a[1]", "a[2]"}),
        (b'{"\\udfff":{"b":"\\udfff"}}', {"\\udfff", "\\udfff.b"}),
    ],
)
def test_half_of_a_pair_is_named_at_its_place(text: bytes, paths: set[str]) -> None:
    assert found(text) == dict.fromkeys(paths, SURROGATE)
    msgspec.json.encode(list_text_problems(text)[0])


@pytest.mark.parametrize(
    "text", [b"\xff", b'{"a":NaN,"a":1}', b"{", b'["\\ud800"', b"\xef\xbb\xbf{}"]
)
def test_what_is_no_json_has_no_such_problems(text: bytes) -> None:
    assert list_text_problems(text) == ([], 0)


@pytest.mark.parametrize(
    ("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"]":', b"}]"), (b'["[",', b"]")]
)
def test_64_levels_are_taken_and_65_are_not(opening: bytes, closing: bytes) -> None:
    levels = MAX_DEPTH // (2 if opening.startswith(b"[{") else 1)
    assert not is_too_deep(structure_of(nested(levels, opening, closing)))
    assert is_too_deep(structure_of(b"[%b]" % nested(levels, opening, closing)))
    # How many there are beside each other does not matter.
    many = b",".join([nested(levels - 1, opening, closing)] * 50)
    assert not is_too_deep(structure_of(b"[%b]" % many))


@pytest.mark.parametrize(
    "text",
    [
        b'"%b"' % (b"[" * 1_000),
        b'["\\"%b"]' % (b"[" * 1_000),
        b'["\\\\","%b"]' % (b"{" * 1_000),
        b'"%b' % (b"[" * 1_000),
    ],
)
def test_brackets_in_a_string_are_no_levels(text: bytes) -> None:
    assert not is_too_deep(structure_of(text))


def test_brackets_after_a_string_that_ends_in_a_backslash_are_levels() -> None:
    assert is_too_deep(structure_of(b'["\\\\\\\\",%b]' % nested(MAX_DEPTH)))
    assert is_too_deep(structure_of(b"[" * 1_000))


def test_further_problems_are_counted() -> None:
    text = b"{%b}" % b",".join(b'"%d":0,"%d":0' % (number, number) for number in range(120))
    named, more = list_text_problems(text)
    assert (len(named), more) == (MAX_ISSUES, 20)


def test_a_large_text_is_not_searched_to_its_end() -> None:
    padding = b"0," * 50_000
    named, more = list_text_problems(b'[%b{"a":0,"a":0}]' % padding)
    assert ([issue.message for issue in named], more) == ([UNNAMED], None)


def test_a_long_name_is_cut_after_secrets_are_taken_out_of_it() -> None:
    secret = "lp_live_0123456789ABCDEF_" + "s" * 43
    name = ("n" * 80 + secret + "n" * 60).encode()
    (path,) = found(b'{"%b":{"a":0,"a":0}}' % name)
    assert path.endswith("….a")
    assert "sss" not in path
