"""Ranking the accounts of the pool for a niche.

A candidate has up to 100 points: 50 for its vertical, 25 for its language, 15 for the countries of its audience and 10
for its followers. What a niche does not ask for gives everyone its points.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from partner_api.account_pool.store import PoolAccount
from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

VERTICAL_POINTS = 50
# For a vertical that has the words of the niche's among its own, but is not the same.
RELATED_VERTICAL_POINTS = 40
LANGUAGE_POINTS = 25
# For another form of the same language, such as pt-BR for pt.
RELATED_LANGUAGE_POINTS = 20
GEO_POINTS = 15
FOLLOWERS_POINTS = 10
# An account with so many has all the points for followers; one with a thousand has half of them.
MOST_FOLLOWERS = 1_000_000

_WORD = re.compile(r"[^\W_]+")
# Words that many verticals have and that do not tell them apart.
_EMPTY_WORDS = frozenset({"and", "or", "of", "the", "for", "in"})


class CandidatePosition(NamedTuple):
    """The last candidate of a page; the next page starts after it."""

    score: int
    followers: int
    account_id: UUID


class Candidate(PoolAccount, frozen=True):
    """An available account, with its points, which sum to the score."""

    vertical_points: int
    language_points: int
    geo_points: int
    followers_points: int
    score: int


def words_of(vertical: str) -> list[str]:
    """Return the words of a vertical that tell it from others, in lower case."""
    words = dict.fromkeys(_WORD.findall(vertical.lower()))
    return [word for word in words if word not in _EMPTY_WORDS]


async def list_candidates(
    connection: Connection,
    *,
    vertical: str,
    language: str | None,
    geo: Sequence[str],
    after: CandidatePosition | None,
    limit: int,
) -> list[Candidate]:
    """Return a page of the available accounts, the best first; of equals, the one with more followers."""
    rows = await connection.fetch(
        f"""
        WITH verticals AS MATERIALIZED (
            SELECT vertical,
                   CASE WHEN lower(vertical) = lower($1) THEN {VERTICAL_POINTS}
                        WHEN cardinality($2::text[]) = 0 THEN 0
                        ELSE {RELATED_VERTICAL_POINTS} * (
                             SELECT count(*) FROM unnest($2) word
                              WHERE word = ANY (regexp_split_to_array(lower(vertical), '[\\W_]+')))
                             / cardinality($2) END AS vertical_points
              FROM (SELECT DISTINCT vertical FROM pool_accounts WHERE status = 'available') v
        ), languages AS MATERIALIZED (
            SELECT language,
                   CASE WHEN $3::text IS NULL OR lower(language) = lower($3) THEN {LANGUAGE_POINTS}
                        WHEN split_part(lower(language), '-', 1) = split_part(lower($3), '-', 1)
                        THEN {RELATED_LANGUAGE_POINTS}
                        ELSE 0 END AS language_points
              FROM (SELECT DISTINCT language FROM pool_accounts WHERE status = 'available') l
        ), scored AS (
            SELECT a.*, v.vertical_points, l.language_points,
                   CASE WHEN cardinality($4::text[]) = 0 THEN {GEO_POINTS}
                        WHEN a.geo && $4
                        THEN {GEO_POINTS} * (SELECT count(*) FROM unnest($4) country WHERE country = ANY (a.geo))
                             / cardinality($4)
                        ELSE 0 END AS geo_points,
                   least({FOLLOWERS_POINTS},
                         floor({FOLLOWERS_POINTS} * ln(a.followers + 1) / ln({MOST_FOLLOWERS} + 1)))::bigint
                         AS followers_points
              FROM pool_accounts a
              JOIN verticals v ON v.vertical = a.vertical
              JOIN languages l ON l.language = a.language
             WHERE a.status = 'available'
        ), ranked AS (
            SELECT *, vertical_points + language_points + geo_points + followers_points AS score FROM scored
        )
        SELECT {columns_of(Candidate)} FROM ranked
         WHERE $5::bigint IS NULL OR (-score, -followers, id) > (-$5, -$6::bigint, $7::uuid)
         ORDER BY score DESC, followers DESC, id LIMIT $8
        """,
        vertical,
        words_of(vertical),
        language,
        list(dict.fromkeys(geo)),
        *(after or (None, None, None)),
        limit,
    )
    return read_rows(Candidate, rows)
