"""Tools for adding and funding children, and for checking ledgers."""

from __future__ import annotations

from partner_api.mcp.tool import Tool

TOOLS = (
    Tool(
        name="create_organization",
        title="Create a child organization",
        description="Create a child organization for a customer, active, with an empty wallet. Free. It acts with keys "
        "of its own, which no tool makes: a person does. Needs a partner's key with org:admin.",
        sdk="organizations.create",
        toolset="credits",
        arguments={"metadata": "Any JSON object of at most 8 KiB."},
        idempotent=False,
    ),
    Tool(
        name="list_child_credit_events",
        title="List a child's credit ledger",
        description="Every movement of a child's credits, newest first; also of a suspended or archived child.",
        sdk="organizations.credits.events.list",
        toolset="credits",
    ),
    Tool(
        name="list_credit_reservations",
        title="List open reservations",
        description="Credits that running jobs of yours hold: reservedCredits is the most that a job can cost.",
        sdk="credits.reservations.list",
        toolset="credits",
    ),
    Tool(
        name="get_credit_config",
        title="Get a child's cap and refill",
        description="A child's monthly spending cap and automatic refill, in credits; null is none.",
        sdk="organizations.credit_config.retrieve",
        toolset="credits",
    ),
    Tool(
        name="update_credit_config",
        title="Change a child's cap and refill",
        description="Change a child's monthly spending cap or automatic refill, in credits: a number sets, null "
        "clears, what is left out stays. Refills take your prepaid credits by themselves later, each time that "
        "the child runs low. refillThreshold and refillAmount are set or cleared together.",
        sdk="organizations.credit_config.update",
        toolset="credits",
        arguments={
            "monthlyCreditCap": "The most credits that may be used and reserved in a period; null is no cap.",
            "refillThreshold": "Credits: a job that would leave less than this available refills first.",
            "refillAmount": "Credits that a refill moves.",
        },
        moves_money=True,
        destructive=True,
    ),
    Tool(
        name="allocate_credits",
        title="Allocate credits to a child",
        description="Move prepaid credits from your wallet to a child's, at once. There is no way to take them back "
        "with a tool. `replayed` true in the answer: this idempotencyKey moved them before, nothing moved now.",
        sdk="organizations.credits.allocate",
        toolset="credits",
        arguments={"credits": "Credits to move; whole number."},
        moves_money=True,
        destructive=True,
    ),
    Tool(
        name="verify_credit_events",
        title="Verify your credit ledger",
        description="The newest hash of your credit ledger and how many events lead to it.",
        sdk="credits.events.verify",
        toolset="credits",
    ),
    Tool(
        name="verify_child_credit_events",
        title="Verify a child's credit ledger",
        description="The newest hash of a child's credit ledger and how many events lead to it.",
        sdk="organizations.credits.events.verify",
        toolset="credits",
    ),
    Tool(
        name="verify_wallet_events",
        title="Verify the cash ledger",
        description="The newest hash of the cash ledger and how many events lead to it.",
        sdk="wallet.events.verify",
        toolset="credits",
    ),
)
