"""Tools for leased accounts, and the money that pays for them."""

from __future__ import annotations

from partner_api.mcp.tool import Tool

_ACCOUNT = "Id of the lease (sa_…), from list_leased_accounts."

TOOLS = (
    Tool(
        name="list_leased_accounts",
        title="List a project's leased accounts",
        description="Leased accounts of one project, with price (US cents a month), nextRenewalAt and billing status.",
        sdk="leased_accounts.list",
        toolset="leases",
    ),
    Tool(
        name="list_all_leased_accounts",
        title="List all leased accounts",
        description="The same over all your projects. billingStatus past_due: accounts that are lost unless paid.",
        sdk="leased_accounts.list_all",
        toolset="leases",
    ),
    Tool(
        name="get_wallet",
        title="Get the cash wallet and its forecast",
        description="A partner's cash wallet, in US cents, and what renewals will take in the next 30 days: count, "
        "total, coveredUntil, shortfallCents (what has to be paid in). Leases are paid from it. A child has none.",
        sdk="wallet.retrieve",
        toolset="leases",
    ),
    Tool(
        name="list_wallet_events",
        title="List the cash ledger",
        description="Every movement of the cash wallet, newest first; amountCents is signed, in US cents.",
        sdk="wallet.events.list",
        toolset="leases",
    ),
    Tool(
        name="list_lease_requests",
        title="List lease requests",
        description="A project's requests for accounts, newest first: requested, then assigned, partial or rejected.",
        sdk="leased_accounts.requests.list",
        toolset="leases",
    ),
    Tool(
        name="get_lease_request",
        title="Get a lease request",
        description="One request for accounts, and the accounts that were assigned for it.",
        sdk="leased_accounts.requests.retrieve",
        toolset="leases",
        arguments={"requestId": "Its id (lreq_…), or the name that you gave it."},
    ),
    Tool(
        name="request_leased_accounts",
        title="Request leased accounts",
        description="Ask the operator for accounts that fit a niche. Nothing is charged now; once the operator assigns "
        "an account, its first month is taken from the cash wallet, then every month until it is released.",
        sdk="leased_accounts.requests.create",
        toolset="leases",
        arguments={
            "niche.audience": "Whom it speaks to.",
            "niche.language": "BCP 47 language tag, such as en.",
            "niche.geo": "Countries, as ISO 3166-1 alpha-2 codes.",
        },
        moves_money=True,
        destructive=True,
    ),
    Tool(
        name="release_leased_account",
        title="Release a leased account",
        description="End a lease now, for good. No refund of the paid month; queued posts on it are canceled; the same "
        "account may never come back. Stops further renewals. Ask a person first.",
        sdk="leased_accounts.release",
        toolset="leases",
        arguments={"socialAccountId": _ACCOUNT},
        destructive=True,
    ),
)
