"""`POST /ops/v1/pool/accounts/import`: many accounts at once, and what is wrong with their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.ops.importing import CSV, HEADER, line, pool_of, send
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation


async def test_ndjson(api: httpx2.AsyncClient, operator: dict[str, str], mark: str) -> None:
    names = [handle(), handle()]
    text = "\n".join(
        [
            line(mark, names[0]),
            "",
            line(mark, names[1], monthlyPriceCents=5, avatarUrl="https://example.com/a.png"),
        ]
    )
    result = granted(await send(api, operator, text))
    assert result == {"lines": 2, "added": 2, "rejected": 0, "errors": []}
    newest, oldest = await pool_of(api, operator, mark)
    assert [oldest["handle"], newest["handle"]] == names, "the list is newest first"
    assert (oldest["monthlyPriceCents"], oldest["avatarUrl"]) == (15_000, None)
    assert (newest["monthlyPriceCents"], newest["avatarUrl"]) == (5, "https://example.com/a.png")
    assert {newest["status"], oldest["status"]} == {"available"}


async def test_csv(api: httpx2.AsyncClient, operator: dict[str, str], mark: str) -> None:
    names = [handle(), handle(), handle()]
    text = (
        "\ufeffvertical,handle,followers,geo,language,avatarUrl,monthlyPriceCents\r\n"
        f'{mark},{names[0]},10,US GB,en,"https://example.com/a,b.png",20000\r\n'
        "\r\n"
        f"{mark},{names[1]},0,US;GB ; CA,pt-BR,,\r\n"
        f" {mark} , @{names[2]} ,7,DE,de,,0"
    )
    result = granted(await send(api, operator, text.encode(), "Text/CSV; charset=utf-8"))
    assert result == {"lines": 3, "added": 3, "rejected": 0, "errors": []}
    shown = ("handle", "followers", "geo", "language", "avatarUrl", "monthlyPriceCents")
    listed = [
        tuple(item[name] for name in shown) for item in reversed(await pool_of(api, operator, mark))
    ]
    assert listed == [
        (names[0], 10, ["US", "GB"], "en", "https://example.com/a,b.png", 20_000),
        (names[1], 0, ["US", "GB", "CA"], "pt-BR", None, 15_000),
        (names[2], 7, ["DE"], "de", None, 0),
    ]


async def test_bad_lines_of_ndjson_are_named_and_the_good_ones_kept(
    api: httpx2.AsyncClient, operator: dict[str, str], mark: str
) -> None:
    there, names = handle(), [handle(), handle()]
    granted(await send(api, operator, line(mark, there)))
    text = b"\n".join(
        [
            line(mark, names[0]).encode(),  # 1
            b"{",
            b'"text"',
            line(mark, handle(), followers=-1, geo=["usa"], extra=1).encode(),  # 4
            line(mark, there).encode(),
            line(mark, names[0], followers=99).encode(),  # 6
            b"",
            line(mark, "caf\xe9").encode("latin-1").replace(b"\\u00e9", b"\xe9"),  # 8
            line(mark, "x" * 20_000).encode(),
            line(mark, "nul\0").encode(),  # 10
            line(mark, names[1]).encode(),
        ]
    )
    result = granted(await send(api, operator, text))
    assert (result["lines"], result["added"], result["rejected"]) == (10, 2, 8)
    problems = {error["line"]: error["message"] for error in result["errors"]}
    assert list(problems) == [2, 3, 4, 5, 6, 8, 9, 10]
    assert problems[2] == "The line is not a JSON object in UTF-8"
    assert problems[3].startswith("Expected an object")
    for part in ("followers: Expected", "geo[0]: Expected", "extra: "):
        assert part in problems[4]
    assert problems[5] == "handle: The pool has it already"
    assert problems[6] == "handle: Line 1 has it already"
    assert "UTF-8" in problems[8]
    assert problems[9] == "The line is longer than 16384 bytes"
    assert problems[10].startswith("handle: ")
    kept = await pool_of(api, operator, mark)
    assert sorted(item["handle"] for item in kept) == sorted([there, *names])
    assert {item["followers"] for item in kept} == {10}, "the first line of a handle counts"


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (b'"followers":1,"followers":1', "followers: This key is there more than once"),
        (b'"x":' + b"[" * 64 + b"]" * 64, "Expected JSON that is nested at most 64 levels deep"),
        (b'"x":' + b"[" * 5_000, "Expected JSON that is nested at most 64 levels deep"),
        (b'"handle":"\\ud800"', "handle: A string cannot contain half of a surrogate pair"),
        (b'"followers":1e400', "A number in it is too great"),
        (b'"followers":NaN', "The line is not a JSON object in UTF-8"),
        (b'"followers":9223372036854775808', "followers: Expected"),
    ],
)
async def test_a_line_that_nothing_can_hold(
    api: httpx2.AsyncClient, operator: dict[str, str], mark: str, spoilt: bytes, message: str
) -> None:
    """It is a bad line like others, and the one after it is read."""
    name = handle()
    result = granted(await send(api, operator, b"{%b}\n%b" % (spoilt, line(mark, name).encode())))
    ((problem,), added) = result["errors"], result["added"]
    assert (problem["line"], added) == (1, 1)
    assert message in problem["message"]
    assert [item["handle"] for item in await pool_of(api, operator, mark)] == [name]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("-9999999999999999999", "followers: Expected"),
        ("9" * 19, "followers: Expected"),
        ("9" * 5_000, "followers: Expected"),
        ("1e400", "followers: Expected"),
        ("\0", "followers: A string cannot contain U+0000"),
        ("\ufeff1", "followers: Expected"),
    ],
)
async def test_a_cell_that_nothing_can_hold(
    api: httpx2.AsyncClient, operator: dict[str, str], mark: str, cell: str, message: str
) -> None:
    rows = f"{HEADER}\n{handle()},{cell},{mark},en,US\n{handle()},1,{mark},en,US"
    result = granted(await send(api, operator, rows, CSV))
    ((problem,), added) = result["errors"], result["added"]
    assert (problem["line"], added) == (2, 1)
    assert message in problem["message"]


async def test_bad_lines_of_a_csv(
    api: httpx2.AsyncClient, operator: dict[str, str], mark: str
) -> None:
    names = [handle(), handle()]
    rows = [
        HEADER,
        f"{names[0]},10,{mark},en,US",  # 2
        f"{handle()},ten,{mark},en,US",
        f"{handle()},10,{mark},en",  # 4
        f"{handle()},10,{mark},en,US,more",
        f'"{handle()},10,{mark},en,US',  # 6: the quote does not end
        f"{handle()},1.5,{mark},English,",
        f",,,,{'9' * 30}",  # 8
        f"{names[0]},10,{mark},en,US",
        f"{names[1]},10,{mark},en,US",  # 10
    ]
    result = granted(await send(api, operator, "\n".join(rows), CSV))
    assert (result["lines"], result["added"], result["rejected"]) == (9, 2, 7)
    problems = {error["line"]: error["message"] for error in result["errors"]}
    assert list(problems) == [3, 4, 5, 6, 7, 8, 9]
    assert problems[3].startswith("followers: ")
    assert problems[4] == "Expected 5 cells, as in the header, found 4"
    assert problems[5] == "Expected 5 cells, as in the header, found 6"
    assert "not a row" in problems[6]
    for part in ("followers: ", "language: ", "geo: "):
        assert part in problems[7]
    for part in ("handle: ", "followers: ", "vertical: ", "language: ", "geo[0]: "):
        assert part in problems[8]
    assert problems[9] == "handle: Line 2 has it already"
    assert [item["handle"] for item in await pool_of(api, operator, mark)] == names[::-1]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "lacks followers, geo, handle, language, vertical"),
        ("handle,followers,vertical,language", "lacks geo"),
        (f"{HEADER},price", "unknown columns: price"),
        (f"{HEADER},geo", "a column twice"),
        ("{}", "lacks"),
    ],
)
async def test_a_csv_whose_header_does_not_say_what_is_in_it(
    api: httpx2.AsyncClient, operator: dict[str, str], header: str, message: str
) -> None:
    response = await send(api, operator, header, CSV)
    assert message in issues(response)["line 1"]


async def test_all_or_nothing(api: httpx2.AsyncClient, operator: dict[str, str], mark: str) -> None:
    names = [handle() for _ in range(3)]
    bad = "\n".join([line(mark, names[0]), "{", line(mark, names[1])])
    result = granted(await send(api, operator, bad, allOrNothing="true"))
    assert (result["lines"], result["added"], result["rejected"]) == (3, 0, 1)
    assert [error["line"] for error in result["errors"]] == [2]
    assert await pool_of(api, operator, mark) == []
    good = "\n".join(line(mark, name) for name in names)
    result = granted(await send(api, operator, good, allOrNothing="true"))
    assert result == {"lines": 3, "added": 3, "rejected": 0, "errors": []}
    twice = "\n".join([line(mark, handle()), line(mark, names[0])])
    result = granted(await send(api, operator, twice, allOrNothing="true"))
    assert (result["added"], result["rejected"]) == (0, 1)
    assert len(await pool_of(api, operator, mark)) == 3


async def test_an_import_sent_again(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], mark: str
) -> None:
    text, key = line(mark, handle()), str(uuid4())
    first = await send(api, operator, text, key=key)
    again = await send(api, operator, text, key=key)
    assert granted(again) == granted(first)
    assert again.headers["Idempotent-Replayed"] == "true"
    for other in (
        send(api, operator, text + "\n", key=key),
        send(api, operator, text, CSV, key=key),
        send(api, operator, text, key=key, allOrNothing="true"),
    ):
        refused(await other, "IDEMPOTENCY_CONFLICT")
    assert granted(await send(api, operator, text))["rejected"] == 1, "without the key it is new"
    assert len(await pool_of(api, operator, mark)) == 1


async def test_it_leaves_one_audit_row(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], mark: str
) -> None:
    response = await send(api, operator, line(mark, handle()) + "\n{")
    granted(response)
    (row,) = await installation.owner.fetch(
        "SELECT actor, details FROM audit_events WHERE tenant_id = 0 AND request_id = $1",
        response.headers["X-Request-Id"],
    )
    assert row["actor"] == "operator"
    assert row["details"]["operator"]
    counts = {name: row["details"][name] for name in ("lines", "added", "rejected")}
    assert counts == {"lines": 2, "added": 1, "rejected": 1}
