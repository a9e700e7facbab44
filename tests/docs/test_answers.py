"""An answer on a page is the one that its command prints, or the test of the page fails."""

from __future__ import annotations

import pytest
from tests.docs.answers import difference
from tests.docs.pages import Block

SHOWN = '{"id": "org_…", "items": [{"credits": -90, "note": null}], "replayed": true}'
PRINTED = '{"id":"org_1","items":[{"credits":-90,"note":null,"more":1}],"replayed":true}'


def _json(text: str) -> Block:
    return Block("json", text, None, None)


@pytest.mark.parametrize("before", ["", '{"id": 1}', "[]\n"])
def test_the_last_value_is_compared_as_far_as_the_page_shows_it(before: str) -> None:
    assert difference(_json(SHOWN), before + PRINTED) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"id":"org_1",', "", "has no id"),
        ("org_1", "prj_1", "is 'prj_1', not 'org_…'"),
        ("-90", "-91", "is -91, not -90"),
        ("null", "0", "is 0, not None"),
        ("true", "1", "is 1, not True"),
        ("]", ",{}]", "has 2 entries, not 1"),
    ],
)
def test_what_differs_is_named(old: str, new: str, said: str) -> None:
    assert said in (difference(_json(SHOWN), PRINTED.replace(old, new)) or "")


def test_nothing_printed_is_not_the_answer() -> None:
    assert difference(_json(SHOWN), "") is not None


def test_text_is_the_end_of_what_was_printed() -> None:
    shown = Block("text", "Checked … wallets.\n", None, None)
    assert difference(shown, "before\nChecked 5 wallets.\n") is None
    assert difference(shown, "Checked 5 wallets.\nafter\n") is not None
    assert difference(shown, "not Checked 5 wallets.\n") is not None
