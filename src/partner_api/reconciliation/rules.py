"""What is checked, and what a check finds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class Rule(StrEnum):
    """A rule of the ledgers. ``meaning`` says it in a sentence about what has to be so."""

    meaning: str

    def __new__(cls, name: str, meaning: str = "") -> Rule:
        """Create the member ``name``, a string that also carries its meaning."""
        rule = str.__new__(cls, name)
        rule._value_ = name
        rule.meaning = meaning
        return rule

    WALLET_MISSING = (
        "wallet_missing",
        "every organization has a credit wallet, and every partner a cash wallet",
    )
    WALLET_STATE = "wallet_state", "a wallet's state is its organization's status"
    WALLET_PARTNER = (
        "wallet_partner",
        "a tenant's organizations are its partner and the partner's children, and wallets know that",
    )
    WALLET_PERIOD = (
        "wallet_period",
        "a wallet's period is the month, counted from its anchor, that its last event lies in",
    )
    WALLET_ALLOTMENT = (
        "wallet_allotment",
        "the allotment of a period is what was carried over and what its events granted",
    )
    WALLET_TERMS = (
        "wallet_terms",
        "without a subscription a wallet is free, archived it has none, a partner's has no cap or refill",
    )
    WALLET_LOW = (
        "wallet_low",
        "a wallet is low while less than its refill threshold is available, unless it is archived",
    )
    ARCHIVED = "archived", "an archived organization is remembered with what archiving it did"
    INCLUDED_BALANCE = (
        "included_balance",
        "the included credits that remain are the sum of the wallet's events",
    )
    PREPAID_BALANCE = "prepaid_balance", "the prepaid credits are the sum of the wallet's events"
    CASH_BALANCE = "cash_balance", "the cash balance is the sum of the wallet's events"
    AMOUNT_NEGATIVE = "amount_negative", "no amount of a wallet is or ever was below zero"
    EVENT_CHAIN = (
        "event_chain",
        "the balance after an event is the balance after the one before it plus the event",
    )
    EVENT_SEQUENCE = "event_sequence", "events are numbered from 1 without gaps"
    LAST_SEQUENCE = "last_sequence", "a wallet knows the number of its last event"
    EVENT_TIME = (
        "event_time",
        "the times of a wallet's events never fall, and its own is the last of them",
    )
    EVENT_ID = "event_id", "an event's id follows from its wallet, its number and its time"
    EVENT_SHAPE = "event_shape", "an event moves and names only what its type and its reason do"
    EVENT_USAGE = (
        "event_usage",
        "the usage after an event is that of its period, up to and with the event",
    )
    EVENT_JOB = "event_job", "usage and refunds name the project, container and format of their job"
    EVENT_HASH = (
        "event_hash",
        "an event's hash is that of its content and of the hash before it",
    )
    HASH_CHAIN = (
        "hash_chain",
        "an event names the hash of the event before it, the first one 64 zeros",
    )
    LAST_HASH = "last_hash", "a wallet knows the hash of its last event"
    PERIOD_USAGE = "period_usage", "the usage of a period is the sum of its usage events"

    RESERVED_CREDITS = (
        "reserved_credits",
        "the reserved credits are the sum of the open reservations",
    )
    RESERVED_LIMIT = "reserved_limit", "the reserved credits are at most the balance"
    RUNNING_JOBS = "running_jobs", "a wallet counts its running jobs with an open reservation"
    JOB_RESERVATION = (
        "job_reservation",
        "a job has one reservation: open while it runs, settled when it completed, else released",
    )
    JOB_CONTAINER = "job_container", "a job has one container, which says the same of it"
    JOB_TIMES = "job_times", "a job and its reservation begin, expire and end at the same times"
    JOB_OWNER = "job_owner", "a running job has reserved from the wallet that owns its project"
    JOB_STATE = "job_state", "what a job says of itself goes with its status"
    JOB_CLAIM = (
        "job_claim",
        "a claim lasts as long as it was given for, after its last sign of life",
    )
    JOB_START = "job_start", "a job is what the audit log says was started"
    JOB_CHARGE = "job_charge", "what a job was charged is one usage event, none when it is nothing"
    JOB_REFUND = "job_refund", "what of a job was refunded is the sum of its refund events"
    REFUND_LIMIT = "refund_limit", "the refunds of a job are at most what it was charged"

    TRANSFER_EVENTS = "transfer_events", "a transfer has two events"
    TRANSFER_AMOUNT = (
        "transfer_amount",
        "a transfer takes from one wallet what it gives to the other",
    )
    TRANSFER_BALANCE = (
        "transfer_balance",
        "the balance that a transfer answered is the one after the receiver's event",
    )
    TRANSFER_SIDES = (
        "transfer_sides",
        "a transfer is between a partner and its child, and to the child if somebody asked for it",
    )
    TRANSFER_RECORD = "transfer_record", "a transfer and its events say the same of it"
    TRANSFER_KEY = "transfer_key", "no two transfers of an API key have the same idempotency key"
    TENANT_ALLOCATIONS = (
        "tenant_allocations",
        "the allocations of a partner and its children sum to zero",
    )

    DAILY_TOTALS = (
        "daily_totals",
        "what a day comes to is the sum of its events, as far as the ledgers are counted",
    )

    LEASE_MONTHS = "lease_months", "a lease has one charge for each month from 0 on, without gaps"
    LEASE_CHARGE = "lease_charge", "a paid month has one cash event, of its price"
    LEASE_EVENT = "lease_event", "a lease's cash event pays the one month that names it"
    LEASE_DUE = (
        "lease_due",
        "a lease is due next when the first month begins that it has not settled",
    )
    LEASE_BILLING = (
        "lease_billing",
        "a past-due lease owes one month, is tried daily for a week, and others owe nothing",
    )
    LEASE_PRICE = (
        "lease_price",
        "a lease costs what its newest month did, unless its price was set since",
    )
    LEASE_PERIOD = "lease_period", "a lease's months begin on the day of its assignment"
    LEASE_END = "lease_end", "a lease that ended has settled its months, and says why it ended"
    LEASE_SOCIAL_ACCOUNT = (
        "lease_social_account",
        "a lease's social account is connected as long as the lease is assigned, and no longer",
    )
    CASH_EVENT = "cash_event", "a cash event names only what its type does, and whom it is about"
    LEASE_REFUND = (
        "lease_refund",
        "what of a lease's month was refunded is the sum of its refund events",
    )
    RENEWAL_AWAITED = (
        "renewal_awaited",
        "a cash wallet is looked at no later than its first lease has to be paid",
    )
    LEASE_TOTALS = (
        "lease_totals",
        "what a partner's leases come to is the sum of its leases, and none is before its line begins",
    )
    LEASE_CALENDAR = (
        "lease_calendar",
        "a lease is counted once where in a month its months begin, with what it costs",
    )
    LEASE_ACCOUNT = "lease_account", "an assigned lease holds its pool account"
    ACCOUNT_LEASE = "account_lease", "a leased pool account is held by an assigned lease"
    REQUEST = (
        "request",
        "a lease request is of its project's owner, and was answered with the leases it names",
    )

    POSTED = (
        "posted",
        "what an operator granted, sold, paid in, adjusted or refunded is on the ledger as the audit log has it",
    )
    POSTING_KEY = (
        "posting_key",
        "the key of a posting is of an event of its kind, by its operator, and of the balance after that",
    )
    TOLD = "told", "what partners are told of has happened, and they are told of what has happened"
    FEED = (
        "feed",
        "published events are numbered without gaps, in the order of their times, and the last is known",
    )
    DELIVERY_AWAITED = (
        "delivery_awaited",
        "a webhook endpoint is looked at no later than the first of its deliveries is due",
    )
    ANSWER = "answer", "an answer that is kept for a repetition is that of a change which is there"


class Mismatch(msgspec.Struct, frozen=True, rename="camel"):
    """One rule that does not hold, and the two values that should agree.

    Credits, cents and counts are integers; states and times are text. For a limit, ``expected`` is
    the limit.
    """

    rule: str
    """A `Rule`; plain text, because another version may have written it."""
    tenant_id: int | None
    organization_id: UUID | None
    """Both are None only for a pool account that names no lease or one that is not there."""
    subject: str
    """What it is about: ``wallet``, ``event 17``, ``job job_…``, ``transfer txn_…``, ``lease sa_… month 3``."""
    expected: int | str
    found: int | str


class Reconciliation(msgspec.Struct, frozen=True, rename="camel"):
    """A finished check."""

    started_at: datetime
    finished_at: datetime
    wallets_checked: int
    """Credit and cash wallets."""
    events_checked: int
    """Credit and cash events."""
    mismatches: list[Mismatch]
    """The first ones, when there are very many."""
    mismatches_found: int
    """All of them, also those that ``mismatches`` no longer lists."""

    @property
    def cut(self) -> bool:
        """Whether ``mismatches`` lists only some of those found."""
        return len(self.mismatches) < self.mismatches_found


class Scope(msgspec.Struct, frozen=True):
    """What to check: everything, one tenant, or one organization of a tenant."""

    tenant_id: int | None = None
    organization_id: UUID | None = None


class Progress(msgspec.Struct):
    """How far a check is; it changes as the check goes on."""

    wallets: int = 0
    """How many wallets there are to check, counted at the start; not for a single organization."""
    wallets_checked: int = 0
    events_checked: int = 0
    mismatches_found: int = 0
    stage: str = "wallets"
    """What is being looked at: wallets, jobs, transfers, leases, requests, answers, events or pool accounts."""
