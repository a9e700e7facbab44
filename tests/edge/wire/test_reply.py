"""Parts of answers: whether a client has what it asks for already."""

from __future__ import annotations

import pytest

from partner_api.edge.wire.reply import names_etag


@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"'])
@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("", False),
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x",W/"abc","y"', True),
        ("*", True),
        (" * ", True),
        ("abc", False),
        ('"abcd"', False),
        ('"xabc"', False),
        ('"*"', False),
        ('"x",' * 50_000, False),
        ('"x",' * 50_000 + '"abc"', True),
        ("," * 200_000, False),
    ],
)
def test_a_tag_is_found_among_any_number(etag: str, header: str, named: bool) -> None:
    assert names_etag(header, etag) is named
