"""Wire types of the operator's side of API keys."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from partner_api.edge.pagination import Cursor
from partner_api.edge.scopes import Scope


class NewApiKey(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A key to mint for a partner."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    scopes: Annotated[
        list[Scope | Literal["*"]],
        Meta(
            min_length=1,
            max_length=64,
            description="`*` stands for every scope but `org:admin`.",
        ),
    ]
    env: Literal["live", "test"] = "live"


class ApiKeysQuery(Struct, frozen=True, rename="camel"):
    """The page of keys to show."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Keys on a page.")] = 25
    cursor: Cursor | None = None
