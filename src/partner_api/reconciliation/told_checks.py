"""What outboxes, audit logs and kept answers must satisfy: as in `checks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id
from partner_api.reconciliation.comparing import mismatch
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.reconciliation.event_store import EventNews
    from partner_api.reconciliation.feed_store import WrongPlace
    from partner_api.reconciliation.posting_store import WrongKey
    from partner_api.reconciliation.told_store import Answer, News, Posting


def check_news(tenant_id: int, news: News) -> Iterator[Mismatch]:
    """Report what is told of a lease or a request that is not so, how often or when."""
    subject = f"{news.subject} {news.event_type}"
    if news.lease_month is not None:
        subject += f" month {news.lease_month}"
    expected: int | str = news.expected
    found: int | str = news.found
    if expected == found and news.since is not None and news.created_at is not None:
        expected, found = format_milliseconds(news.since), format_milliseconds(news.created_at)
    yield Mismatch(Rule.TOLD, tenant_id, news.organization_id, subject, expected, found)


def check_event(tenant_id: int, news: EventNews) -> Iterator[Mismatch]:
    """Report what is told and has not happened; one that only says where its page ends is right."""
    if news.is_wrong:
        yield Mismatch(
            Rule.TOLD,
            tenant_id,
            news.organization_id,
            f"{format_id('evt', news.id)} {news.event_type}",
            0,
            1,
        )


def check_answer(tenant_id: int, answer: Answer) -> Iterator[Mismatch]:
    """Report what an answer tells of a job or a transfer that is not so."""
    if answer.is_of_job:
        subject = f"answer for job {format_id('job', answer.id)}"
    else:
        subject = f"answer for transfer {format_id('txn', answer.id)}"
    yield mismatch(
        tenant_id,
        answer.organization_id,
        subject,
        (answer.rule, answer.what, answer.expected, answer.found),
    )


def check_place(tenant_id: int, place: WrongPlace) -> Iterator[Mismatch]:
    """Report what stands in the wrong place of a feed, or waits for nobody."""
    yield mismatch(
        tenant_id,
        place.organization_id,
        place.subject,
        (place.rule, place.what, place.expected, place.found),
    )


def check_posting(tenant_id: int, posting: Posting) -> Iterator[Mismatch]:
    """Report what the audit log and the ledger have of something posted: the amount in each."""
    yield mismatch(
        tenant_id,
        posting.organization_id,
        f"event {posting.event_id} {posting.event_type}",
        (Rule.POSTED, "", posting.expected, posting.found),
    )


def check_key(tenant_id: int, key: WrongKey) -> Iterator[Mismatch]:
    """Report what the key of a posting says of its event that is not so."""
    yield mismatch(
        tenant_id,
        key.organization_id,
        f"key of {key.movement} event {key.sequence}",
        (key.rule, key.what, key.expected, key.found),
    )
