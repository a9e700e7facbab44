"""Names of a standard: what it lists, and nothing that only looks like it."""

from __future__ import annotations

import subprocess
import sys
import zoneinfo

import pytest

from partner_api.edge.wire import standards

ZONES = ["Europe/Lisbon", "UTC", "Etc/GMT+5", "Asia/Calcutta", "Asia/Kolkata", "EST5EDT"]
COUNTRIES = ["GB", "US", "AX", "BQ", "SS", "TL"]
LANGUAGES = [
    *("en", "pt-BR", "EN-us", "zh-Hant-TW", "sr-Latn-RS", "es-419", "fil", "cmn", "und"),
    # Extended languages, variants, extensions, private use behind a language.
    *("zh-yue", "zh-cmn-Hans-CN", "sl-rozaj-biske", "de-1996", "ca-valencia", "de-CH-1901"),
    *("en-u-ca-gregory", "en-u-ca-gregory-t-fr", "en-x-shop", "en-a-bb-x-a-a"),
    # Registered as a whole, and registered before something else was preferred.
    *("i-klingon", "en-GB-oed", "sgn-BE-FR", "zh-min-nan", "iw", "en-DD", "en-Latn"),
]


@pytest.mark.parametrize("text", ZONES)
def test_a_zone_of_iana(text: str) -> None:
    assert standards.time_zone_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("localtime", "Factory", "posixrules", "posix/Europe/Lisbon", "right/UTC"),
        *("europe/lisbon", "EUROPE/LISBON", "Europe/Lisbon ", "Europe", "Europe/", "+01:00"),
        *("Mars/Base", "", "tzdata.zi", "zone.tab", "../UTC", "UTC\n"),
    ],
)
def test_no_zone_of_iana(text: str) -> None:
    assert standards.time_zone_problem(text) == standards.NOT_A_TIME_ZONE


def test_every_zone_can_be_used() -> None:
    """Whatever reads a project's time zone finds it, also on a machine that has none of its own."""
    zones = standards._time_zones()
    assert len(zones) > 500
    for name in zones:
        zoneinfo.ZoneInfo(name)


@pytest.mark.parametrize("text", COUNTRIES)
def test_a_country_of_iso_3166(text: str) -> None:
    assert standards.country_problem(text) is None


@pytest.mark.parametrize(
    # Reserved, for users' own purposes, withdrawn, in lower case, of another list.
    "text",
    ["UK", "EU", "ZZ", "AA", "XK", "QM", "AN", "YU", "SU", "gb", "GBR", "826", "", "GB\n"],
)
def test_no_country_of_iso_3166(text: str) -> None:
    assert standards.country_problem(text) == standards.NOT_A_COUNTRY


def test_there_are_as_many_countries_as_iso_3166_has() -> None:
    assert len(standards._countries()) == 249


@pytest.mark.parametrize("text", LANGUAGES)
def test_a_registered_language(text: str) -> None:
    assert standards.language_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("en-US-en", "en-en", "xx", "eng", "english", "en-UK", "en-840", "en-Xxxx", "en-yue"),
        *("zh-yue-gan", "de-1901-1901", "de-abcde", "en-US-Latn", "rozaj", "a-DE"),
        # For private use, which says nothing to others.
        *("x-shop", "qaa", "en-AA", "en-ZZ", "en-QM", "en-Qaaa"),
        *("en-a", "en-a-b", "en-u", "en-u-ca-gregory-u-nu-latn", "en-x", "en-x-", "en-"),
        *("pt_BR", "en us", "", "-en", "en\n", "\u0131en", "aa-\u017f", "en-US\u200b"),
    ],
)
def test_no_registered_language(text: str) -> None:
    assert standards.language_problem(text) == standards.NOT_A_LANGUAGE


@pytest.mark.parametrize(
    "text",
    [
        *("a@b.co", "o'brien+shop@mail.example.com", "billing@kiln.example", "a@shop.test"),
        *("m\u00fcller@example.de", "a@ex\u00e4mple.de", f"{'a' * 64}@b.co"),
    ],
)
def test_an_address(text: str) -> None:
    assert standards.email_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("<a@b.co>", "Ada <a@b.co>", "a@b.co, c@d.co", "a,b@c.co", "a;b@c.co", "mailto:a@b.co"),
        *("a@b..co", ".a@b.co", "a.@b.co", "a@-b.co", "a@b_c.co", "a@b.co.", "a@1.2.3.4"),
        *("a@[1.2.3.4]", "a@b@c.co", "a b@c.co", "a@b", "@b.co", "a@", "a@b.localhost"),
        *("a@b.co\n", "\u200ba@b.co", "a@b\u202e.co", f"{'a' * 65}@b.co"),
    ],
)
def test_no_address(text: str) -> None:
    problem = standards.email_problem(text)
    assert problem is not None
    assert problem.startswith(standards.NOT_AN_EMAIL)
    assert len(problem) < 300


@pytest.mark.parametrize(
    "text",
    [
        *("https://example.com/a.png", "https://example.com", "https://a.b:8443/?x=%20#f"),
        *("https://1.2.3.4/", "https://[2001:db8::1]/a", "https://xn--mller-kva.de/"),
    ],
)
def test_a_url(text: str) -> None:
    assert standards.url_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "https://",
            "https:///a",
            "http://a.b",
            "https://a b/",
            "https://a.b/ ",
            "https://a.b/\n",
        ),
        *(
            "https://u:p@a.b/",
            "https://a.b:99999/",
            "https://a.b:x/",
            "https://[zz]/",
            "https://-a.b",
        ),
        *("https://a.b/%zz", "https://a.b/\u200b", "https://a..b/", 'https://a.b/"><script>'),
    ],
)
def test_no_url(text: str) -> None:
    assert standards.url_problem(text) == standards.NOT_A_URL


def test_nothing_is_read_before_a_name_is_checked() -> None:
    """The command line says its help without the lists."""
    program = (
        "import sys, partner_api.cli, partner_api.commands.application, "
        "partner_api.projects.schemas\n"
        "print([name for name in sys.modules if name.partition('.')[0] in "
        "('email_validator', 'dns', 'language_tags', 'tzdata')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "[]\n"
