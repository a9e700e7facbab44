"""Metadata merges key by key, within its limits."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from partner_api.edge.wire.metadata import merged_metadata, metadata_issues
from partner_api.errors import ApiError


@pytest.mark.parametrize(
    ("patch", "result"),
    [
        (UNSET, {"a": "1", "b": "2"}),
        (None, {}),
        ({}, {"a": "1", "b": "2"}),
        ({"a": ""}, {"b": "2"}),
        ({"a": "3", "c": "4"}, {"a": "3", "b": "2", "c": "4"}),
        ({"nothing": ""}, {"a": "1", "b": "2"}),
    ],
)
def test_a_patch_merges_key_by_key(patch: Any, result: dict[str, str]) -> None:
    current = {"a": "1", "b": "2"}
    assert merged_metadata(current, patch) == result
    assert current == {"a": "1", "b": "2"}, "what is stored is not touched"


def test_limits_hold_after_the_merge() -> None:
    full = {str(number): "x" for number in range(50)}
    assert len(merged_metadata(full, {"0": "", "new": "x"})) == 50
    with pytest.raises(ApiError) as caught:
        merged_metadata(full, {"new": "x"})
    assert caught.value.code == "VALIDATION"


@pytest.mark.parametrize(
    ("metadata", "fits"),
    [
        ({"k" * 40: "v" * 500}, True),
        ({"ü" * 40: "ü" * 500}, True),
        ({"k" * 41: ""}, False),
        ({"k": "v" * 501}, False),
        # 32 * (12 + 500) bytes is 16 KiB exactly.
        ({f"{number:012}": "v" * 500 for number in range(32)}, True),
        ({f"{number:012}": "v" * 500 for number in range(32)} | {"k": ""}, False),
        ({f"{number:012}": "ü" * 500 for number in range(17)}, False),
    ],
)
def test_the_limits_of_metadata(metadata: dict[str, str], fits: bool) -> None:
    assert (metadata_issues(metadata) == []) is fits


def test_of_too_many_keys_none_is_looked_at() -> None:
    metadata = {f"{number}{'k' * 41}": "v" * 501 for number in range(51)}
    assert [issue.message for issue in metadata_issues(metadata)] == ["Expected at most 50 keys"]
