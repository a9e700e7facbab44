"""The one spelling of a path, and all the others."""

from __future__ import annotations

from itertools import chain
from urllib.parse import quote

import pytest

from partner_api.app import ROUTES
from partner_api.edge.request.paths import is_plain_path


@pytest.mark.parametrize(
    "path",
    [
        b"/",
        b"/metrics",
        b"/ops/v1/organizations",
        b"/v1/organizations/org_01890a5d-ac96-774b-bcce-b302099a8057",
        b"/ops/v1/jobs/job_01H9/assets/slide_1.png",
        b"/v1/...",
        b"/v1/.well-known/..x",
        b"/v1/a:b@c!$&'()*+,=~",
        b"/v1/%00%0a%7F%ff",
        b"/v1/%20%22%25%3A%3b%40%C3%A9",
    ],
)
def test_it_is_plain(path: bytes) -> None:
    assert is_plain_path(path)


@pytest.mark.parametrize(
    "path",
    [
        b"",
        b"*",
        b"metrics",
        b"//",
        b"//metrics",
        b"/metrics/",
        b"/ops//v1/clock",
        b"//ops/v1/clock",
        b"/ops/v1/clock//",
        b"/./metrics",
        b"/v1/../ops/v1/clock",
        b"/v1/..",
        b"/v1/.",
        b"/%2e%2e/ops",
        b"/%2E/metrics",
        b"/%6fps/v1/clock",
        b"/%6Fps/v1/clock",
        b"/ops%2fv1/clock",
        b"/ops%2Fv1/clock",
        b"/ops%5cv1",
        b"/metrics;a=1",
        b"/v1;/whoami",
        b"/metrics#part",
        b"/metrics?",
        b"/met\\rics",
        b"/met rics",
        b"/metrics%",
        b"/metrics%2",
        b"/metrics%zz",
        b"/m\xc3\xa9trics",
        b"http://api.example/metrics",
        b"api.example:443",
    ],
)
def test_it_is_another_spelling(path: bytes) -> None:
    assert not is_plain_path(path)


def test_no_character_has_two_spellings() -> None:
    """Written as it is, or encoded in upper or lower case: of all of them no more than one way leads on."""
    for code in range(128):
        character = chr(code).encode()
        encoded = b"%%%02X" % code
        spellings = {b"/a" + character + b"b", b"/a" + encoded + b"b"}
        plain = [path for path in spellings if is_plain_path(path)]
        assert len(plain) <= 1 or not character.isalnum(), character
        if quote(character, safe="") == chr(code):
            assert plain == [b"/a" + character + b"b"]


def test_every_route_is_plain() -> None:
    """What stands for a parameter is a word."""
    templates = {route.template for route in chain.from_iterable(ROUTES)}
    assert len(templates) > 50
    for template in templates:
        assert is_plain_path(template.replace("{", "").replace("}", "").encode()), template
