"""Bodies that would cost more than their schema allows."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from tests.support.sample import NewThing

from partner_api.api_keys.schemas import NewApiKey
from partner_api.edge.request.api_request import MAX_BODY_BYTES
from partner_api.lease_requests.schemas import NewLeaseRequest
from partner_api.ops.jobs.bulk_schemas import Completions
from partner_api.ops.jobs.schemas import Completion
from partner_api.ops.lease_requests.schemas import Fulfilment
from partner_api.organizations.schemas import Migration, OrganizationPatch
from partner_api.projects.schemas import NewProject

if TYPE_CHECKING:
    from collections.abc import Iterator


ID = b"01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
MAPPING = [f'"{number}":"x"'.encode() for number in range(1000)]
ASSET = (
    b'{"kind":"a","name":"a","width":1,"height":1,"mimeType":"image/png","sizeBytes":1,"sha256":"'
    + b"0" * 64
    + b'"}'
)


def full(before: bytes, item: bytes, after: bytes) -> bytes:
    """A body of 256 KiB with as many of an item as there is room for."""
    count = (MAX_BODY_BYTES - len(before) - len(after)) // (len(item) + 1)
    return before + b",".join([item] * count) + after


def keys(value: bytes, name: bytes = b"%d") -> bytes:
    """As many different names as there is room for."""
    count = (MAX_BODY_BYTES - 1024) // len(b'"%b":%b,' % (name % 10**5, value))
    return b",".join(b'"%b":%b' % (name % number, value) for number in range(count))


def named(count: int) -> list[bytes]:
    """So many assets, each with its own name."""
    return [ASSET.replace(b'"name":"a"', b'"name":"%d"' % number) for number in range(count)]


def completion(*assets: bytes) -> bytes:
    """An item of a request that completes several jobs."""
    return b'{"jobId":"%b","claimToken":"%b","creditsCharged":1,"assets":[%b]}' % (
        ID,
        ID,
        b",".join(assets),
    )


HOSTILE: list[tuple[str, type[Struct], bytes]] = [
    ("wrong items", NewLeaseRequest, full(b'{"niche":{"geo":[', b"0", b"]}}")),
    ("right items", NewLeaseRequest, full(b'{"niche":{"geo":[', b'"US"', b"]}}")),
    ("objects for items", NewLeaseRequest, full(b'{"niche":{"geo":[', b"{}", b"]}}")),
    ("wrong items, as many as may be", Completion, b'{"assets":[%b]}' % b",".join([b"{}"] * 200)),
    ("right ids", Fulfilment, full(b'{"poolAccountIds":[', b'"pool_%b"' % ID, b"]}")),
    ("scopes", NewApiKey, full(b'{"scopes":[', b'""', b"]}")),
    ("structs for items", Completion, full(b'{"assets":[', b"{}", b"]}")),
    ("right structs for items", Completion, full(b'{"assets":[', ASSET, b"]}")),
    (
        "wrong items of every item",
        Completions,
        b'{"items":[%b]}' % b",".join([b'{"assets":[%b]}' % b",".join([b"{}"] * 8)] * 50),
    ),
    (
        "right structs in every item, one too many",
        Completions,
        b'{"workerId":"w","items":[%b]}'
        % b",".join([*[completion(*named(8))] * 50, completion(ASSET)]),
    ),
    (
        "right structs in every item, and a fault behind them",
        Completions,
        b'{"items":[%b],"workerId":""}' % b",".join([completion(*named(8))] * 50),
    ),
    (
        "a fault in every item, behind what is right",
        Completions,
        b'{"items":[%b]}'
        % b",".join([completion(*named(7), ASSET.replace(b'"width":1', b'"width":0'))] * 50),
    ),
    (
        "right structs in every item, and NUL behind them",
        Completions,
        b'{"items":[%b],"workerId":"\\u0000"}' % b",".join([completion(*named(8))] * 50),
    ),
    ("structs in too many items", Completions, full(b'{"items":[', b'{"assets":[{}]}', b"]}")),
    ("many lists", NewThing, full(b'{"shapes":[{"sides":[', b"10", b"]}]}")),
    ("unknown fields", NewLeaseRequest, b"{%b}" % keys(b"0")),
    ("unknown fields within", NewLeaseRequest, b'{"niche":{%b}}' % keys(b"0")),
    ("unknown fields of unknown fields", NewLeaseRequest, b'{"x":{%b}}' % keys(b"{}")),
    ("unknown fields of every item", NewThing, full(b'{"shapes":[', b'{"x":0}', b"]}")),
    ("long unknown fields", NewLeaseRequest, b"{%b}" % keys(b"0", b"%%d%b" % (b"x" * 600))),
    ("an unknown field", NewLeaseRequest, b'{"%b":0}' % (b"x" * 250_000)),
    ("control characters", NewLeaseRequest, b"{%b}" % keys(b"0", b"%%d%b" % (b"\\u0001" * 100))),
    ("what a secret begins with", NewProject, b'{"%b":0}' % (b"postgres://:" * 20_000)),
    ("a long value", NewApiKey, b'{"scopes":["%b"]}' % (b"\\u0001" * 40_000)),
    ("a long id", NewLeaseRequest, b'{"projectId":"%b"}' % (b"x" * 250_000)),
    ("a long pattern", NewProject, b'{"ownerEmail":"a@%b "}' % (b"." * 250_000)),
    ("a long number", NewLeaseRequest, b'{"count":%b}' % (b"1" * 250_000)),
    ("deep lists", NewLeaseRequest, b'{"niche":%b%b}' % (b"[" * 120_000, b"]" * 120_000)),
    ("deep metadata", NewProject, b'{"metadata":{"a":%b%b}}' % (b"[" * 900, b"]" * 900)),
    ("the same name", NewLeaseRequest, full(b"{", b'"niche":{}', b"}")),
    (
        "the same name in metadata",
        OrganizationPatch,
        full(b'{"metadata":{', b'"a":"b"', b'},"x":0}'),
    ),
    ("keys of metadata", OrganizationPatch, b'{"metadata":{%b}}' % keys(b'""')),
    ("wrong values of metadata", OrganizationPatch, b'{"metadata":{%b}}' % keys(b"0")),
    ("metadata that is a list", OrganizationPatch, full(b'{"metadata":[', b'""', b"]}")),
    ("large metadata", NewProject, full(b'{"metadata":{"a":[', b"0", b"]}}")),
    ("large metadata with NUL", NewProject, full(b'{"metadata":{"a":[', b'"\\u0000"', b"]}}")),
    ("NUL in metadata", NewProject, b'{"metadata":{"a":[%b]}}' % b",".join([b'"\\u0000"'] * 800)),
    ("numbers and one NUL", NewProject, b'{"metadata":{"a":[%b"\\u0000"]}}' % (b"0," * 4_000)),
    ("NUL in items", NewLeaseRequest, full(b'{"niche":{"geo":[', b'"\\u0000"', b"]}}")),
    ("NUL in what is unknown", NewLeaseRequest, full(b'{"x":[', b'"\\u0000"', b"]}")),
    ("NUL in names", NewLeaseRequest, b"{%b}" % keys(b"0", b"%d\\u0000")),
    ("names of a mapping", Migration, b'{"mapping":{%b}}' % keys(b"0")),
    ("a mapping, as large as may be", Migration, b'{"mapping":{%b,"":0}}' % b",".join(MAPPING[1:])),
    ("a list for a body", NewProject, full(b"[", b"{}", b"]")),
    ("every name twice", NewLeaseRequest, full(b"{", b'"a":0,"a":0,"b":0', b"}")),
    ("names twice in every item", NewProject, full(b'{"metadata":{"a":[', b'{"":0,"":0}', b"]}}")),
    (
        "long names twice",
        NewThing,
        b'{"%b":{%b}}' % (b"x" * 100_000, b'"a":0,"a":0,' * 9_999 + b'"b":0'),
    ),
    (
        "half a pair in every item",
        NewLeaseRequest,
        full(b'{"niche":{"geo":[', b'"\\ud800"', b"]}}"),
    ),
    ("half a pair in names", NewLeaseRequest, b"{%b}" % keys(b"0", b"%d\\ud800")),
    ("great numbers", NewProject, b'{"metadata":{"a":[%b]}}' % b",".join([b"9" * 400] * 20)),
    ("one great number", NewProject, full(b'{"metadata":{"a":[', b"9" * 400, b"]}}")),
]


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count what Python calls, functions in C and steps of generators included."""
    steps = [0]

    def count(frame: object, event: str, argument: object) -> None:
        steps[0] += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield steps
    finally:
        sys.setprofile(before)
