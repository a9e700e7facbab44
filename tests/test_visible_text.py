import json

import pytest

from partner_api.visible_text import encodable, json_text, visible, visible_lines

_OBEYED = [
    *range(0x20),
    *range(0x7F, 0xA0),
    *(0x61C, 0x200E, 0x200F),
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xD800, 0xE000, 0x100),
]


def test_everything_that_a_terminal_obeys_becomes_visible() -> None:
    for code in _OBEYED:
        shown = visible(f"a{chr(code)}b")
        assert shown.startswith("a\\")
        assert shown.isascii()
        assert shown.isprintable()
    assert visible("\x1b[31m \u202e\n\t\x9b") == r"\x1b[31m \u202e\n\t\x9b"


def test_everything_else_stays() -> None:
    obeyed = {*_OBEYED, *range(0xD800, 0xE000)}
    others = "".join(chr(code) for code in range(0x11_0000) if code not in obeyed)
    assert visible(others) == others


def test_lines_stay_lines() -> None:
    assert visible_lines("a\n\tb\r\x1b\u2066") == "a\n\tb\\r\\x1b\\u2066"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252"])
def test_json_is_the_same_value_in_any_encoding(encoding: str) -> None:
    value = {" ".join(map(chr, _OBEYED)): ['é茶"\\ \U0001f1ea', 1.5, None, {"deep": "\u202e"}]}
    text = json_text(value, encoding)
    assert json.loads(text.encode(encoding).decode(encoding)) == value
    assert visible_lines(text) == text


def test_json_is_written_as_it_is_where_that_can_be_shown() -> None:
    assert json_text({"name": "café 茶"}) == '{\n  "name": "café 茶"\n}'
    assert json_text("café\x7f\x9b\u202e") == r'"café\u007f\u009b\u202e"'
    assert json_text(["é"], "ascii", indent=None) == '["\\u00e9"]'


def test_what_an_encoding_does_not_have_is_replaced() -> None:
    assert encodable("café 茶", "ascii") == r"caf\xe9 \u8336"
    assert encodable("café 茶", "latin-1") == r"café \u8336"
