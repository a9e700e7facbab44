import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from partner_api.redaction import redact, redact_fields

KEY_ID = "01HX9Y6K7EJ4T2AB"
SECRET = "4QZpN_-x7kWmTq2vYb8RcLsDfGhJ9nKpXzA5uE3iO0w"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"lp_live_{KEY_ID}_{SECRET}", f"lp_live_{KEY_ID}_****"),
        (f"lp_test_{KEY_ID}_{SECRET}.", f"lp_test_{KEY_ID}_****."),
        (f"Bearer lp_live_{KEY_ID}_{SECRET}", f"Bearer lp_live_{KEY_ID}_****"),
        (f"lpo_{KEY_ID}_{SECRET}", f"lpo_{KEY_ID}_****"),
        # The prefix of a key is no secret.
        (f"the key lp_live_{KEY_ID} is killed", f"the key lp_live_{KEY_ID} is killed"),
        # Whatever is not in the form of a key is hidden whole: the secret may be anywhere in it.
        (f"lp_live_{SECRET}", "lp_live_****"),
        (f"lp_live_{KEY_ID}{SECRET}", "lp_live_****"),
        (f"lp_live_{KEY_ID.lower()}_{SECRET}", "lp_live_****"),
        (f"x=lpo_{SECRET},y", "x=lpo_****,y"),
        ("whsec_aB3/+=_-9 sent", "whsec_**** sent"),
        ("postgresql://app:hunter2@db:5432/layers", "postgresql://app:****@db:5432/layers"),
        ("postgres://app:hun@ter2/@db/layers", "postgres://app:****@db/layers"),
        ("postgresql+asyncpg://app:h@db/layers", "postgresql+asyncpg://app:****@db/layers"),
        ("'postgresql://:hunter2@/layers'", "'postgresql://:****@/layers'"),
        ("postgresql://db/layers?a=b&password=hunter2&c=d", "postgresql://db/layers?a=b&password=****&c=d"),
        ("redis://default:hunter2@cache:6379/0", "redis://default:****@cache:6379/0"),
        ("Authorization: Basic x, bearer abcdefgh12345678", "Authorization: Basic x, bearer ****"),
        # Nothing secret in these.
        ("postgresql://app@db:5432/layers", "postgresql://app@db:5432/layers"),
        ("http://127.0.0.1:8000/v1/credits", "http://127.0.0.1:8000/v1/credits"),
        ("a bearer token is missing", "a bearer token is missing"),
    ],
)  # fmt: skip
def test_redact(text: str, redacted: str) -> None:
    assert redact(text) == redacted
    assert redact(redacted) == redacted


def test_fields_are_redacted_however_deep() -> None:
    url = "postgresql://app:hunter2@db/layers"
    fields = redact_fields(
        {
            "list": [url, {"inner": (url,)}],
            "set": {url},
            "bytes": url.encode(),
            "error": ValueError(url),
            url: 1,
        }
    )
    assert "hunter2" not in repr(fields)
    assert fields["list"] == [
        "postgresql://app:****@db/layers",
        {"inner": ["postgresql://app:****@db/layers"]},
    ]
    assert fields["error"] == "ValueError('postgresql://app:****@db/layers')"


def test_fields_with_telling_names_are_hidden() -> None:
    named = {
        "Authorization": "x",
        "password": "x",
        "signing_secret": b"x",
        "claim-token": ["x"],
        "secret": None,
        "tokens": 3,
    }
    assert redact_fields(named) == {
        "Authorization": "****",
        "password": "****",
        "signing_secret": "****",
        "claim-token": "****",
        "secret": None,
        "tokens": 3,
    }


def test_other_values_stay_readable() -> None:
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    identifier = uuid.uuid4()
    fields = {"at": moment, "id": identifier, "path": Path("/a"), "n": 1.5, "yes": True, "no": None}
    assert redact_fields(fields) == {
        "at": str(moment),
        "id": str(identifier),
        "path": "/a",
        "n": 1.5,
        "yes": True,
        "no": None,
    }


@pytest.mark.parametrize("piece", ["postgresql://a:", "://a:", "bearer ", "lp_live_", "?password="])
def test_a_long_hostile_text_is_quick(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    started = time.perf_counter()
    redact(text)
    # If its time grew with the square of the length, it would take hours.
    assert time.perf_counter() - started < 60
