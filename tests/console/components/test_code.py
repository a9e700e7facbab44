"""Text of machines on a page: everything in it is seen, nothing of it is obeyed, and long text is folded."""

from __future__ import annotations

import html
import json
import re

import htpy as h
import pytest

from partner_api.console.components.code import json_code, text_code


def pre_of(node: h.Node, id: str) -> str:
    """The text that is copied, as a browser has it."""
    found = re.search(rf'<pre id="{id}"[^>]*>(.*?)</pre>', str(h.fragment[node]), re.S)
    assert found
    assert "<" not in found[1]
    return html.unescape(found[1])


HOSTILE = {
    "html": "<script>alert(1)</script></pre>",
    "turned": "a\u202eb\u2066c\u200f",
    "controls": "\x1b[31m\x00\u009b",
    "others": "שלום مرحبا 日本",
}


def test_json_is_the_same_value_when_it_is_copied() -> None:
    text = pre_of(json_code("Payload", HOSTILE, id="payload"), "payload")
    assert json.loads(text) == HOSTILE
    assert "שלום" in text
    for seen in (r"\u202e", r"\u2066", r"\u200f", r"\u001b", r"\u009b"):
        assert seen in text
    assert not set(text) & set("\u202e\u2066\u200f\x1b\x00\u009b")


def test_other_text_keeps_its_lines() -> None:
    text = pre_of(text_code("Answer", "one\r\ntwo\u202e\tx\n<b>\x1b", id="answer"), "answer")
    assert text == "one\ntwo\\u202e\tx\n<b>\\x1b"


@pytest.mark.parametrize("text", ["x\n" * 25, "x" * 2_001, "<" * 3_000])
def test_what_is_long_is_folded_behind_its_beginning(text: str) -> None:
    node = str(h.fragment[text_code("Answer", text, id="answer")])
    folded, beginning = node.index("<details"), node.index('class="beginning"')
    assert folded < node.index('<pre id="answer"') < node.index("</details>") < beginning
    assert pre_of(text_code("Answer", text, id="answer"), "answer") == text
    assert len(html.unescape(node[beginning:])) < 2_200


def test_what_is_short_is_not() -> None:
    assert "<details" not in str(h.fragment[text_code("Answer", "x\n" * 24, id="answer")])


def test_it_scrolls_with_keys_and_has_a_name() -> None:
    node = str(h.fragment[text_code("The answer", "ok", id="answer")])
    assert re.search(
        r'<pre id="answer" dir="ltr" tabindex="0" role="region" aria-label="The answer">', node
    )
    assert re.search(
        r'<button type="button" hidden data-copy="answer" aria-label="Copy: The answer">', node
    ), "a script shows it"
