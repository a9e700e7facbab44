"""The two pages that the API was first published with: ours say all that those say."""

from __future__ import annotations

import msgspec
import pytest
from tests.reference.described import SITE
from tests.reference.reading import Read

from partner_api.credits.schemas import CREDITS_EXAMPLE

LEASED = "/docs/leased-accounts/list"
WALLET = "/docs/organizations/credits/retrieve"


def said(path: str) -> str:
    """What a page says, with one space between its words."""
    file = SITE.find(path)
    assert file is not None
    text = file.content.decode()
    return " ".join("".join(Read(text).said).split()) if not path.endswith(".md") else text


FACTS = {
    LEASED: [
        # What it is for.
        "GET /v1/projects/{projectId}/leased-accounts",
        "with billing and renewal",
        "leased:write",
        "Bearer",
        "Stable",
        "the source of truth for what you are paying for and when the next monthly renewal hits",
        # Where else they are.
        "GET /v1/projects/{projectId}/social-accounts, with leased: true",
        "the accounts that you can publish to, without caring about billing",
        # Theirs takes half a minute.
        "provisioned by the operator",
        "in the same moment. There is no delay to wait for.",
        # What goes in.
        "projectId string required The project whose leased accounts you want.",
        "status list of strings optional",
        "Default: assigned only.",
        "One of: assigned, disconnected",
        # The calls.
        '-H "Authorization: Bearer $LAYERS_API_KEY"',
        "const { items } = await layers.leasedAccounts.list({",
        "const monthlyBurn = items.reduce((sum, a) => sum + a.monthlyPriceCents, 0);",
        "result = layers.leased_accounts.list( project_id=",
        'monthly_burn_cents = sum(a["monthlyPriceCents"] for a in result["items"])',
        # The answer, and what to know of it.
        '"handle": "coffee.reviews.daily"',
        '"followers": 12840',
        '"assignedAt": "2026-04-20T16:12:02Z"',
        '"nextRenewalAt": "2026-05-20T16:12:02Z"',
        '"monthlyPriceCents": 15000',
        '"handle": "brew.at.home"',
        '"followers": 8412',
        "monthlyPriceCents is the amount debited from your cash wallet on nextRenewalAt. To stop the next renewal, "
        "release the account before that date",
        # What can go wrong.
        "401 UNAUTHENTICATED No key, or one that is malformed",
        "403 FORBIDDEN_SCOPE The key lacks the scope leased:write.",
        "404 NOT_FOUND projectId is not in your organization.",
        "See also List social accounts",
    ],
    WALLET: [
        "GET /v1/organizations/{orgId}/credits",
        "both the gross balance and what it can spend now",
        "org:admin",
        "How much funding a customer of yours has left",
        "Call it with your own key, the parent's, with org:admin.",
        "The shape is that of your own wallet (GET /v1/credits)",
        "the same balances and the same estimates",
        # The two numbers.
        "balance = includedRemaining + prepaidBalance: the gross wallet.",
        "available = balance - reservedCredits, never below 0.",
        "a generation reserves its estimate the moment it starts and settles when it finishes, so available can be "
        "lower than balance",
        "Decide on available, not on balance, whether something can be generated",
        "spends twice what running jobs have committed already",
        "orgId string required The child organization whose wallet you want. Must be a direct child of yours, "
        "otherwise 404.",
        "not a direct child of yours is 404",
        # Notes on fields.
        "When nothing runs, reservedCredits is 0 and the two are equal.",
        "prepaidBalance is what you have funded into the child",
        "less what it has spent of that",
        "includedRemaining is the child's own subscription allotment, if it has one.",
        "estimatedCreditsPerFormat is an upper bound",
        "What is deducted is decided by the server when it has finished.",
        "ingestCostsBilled says whether reading a source costs credits. All three are false today.",
        # What can go wrong.
        "404 NOT_FOUND orgId is not a direct child of your organization. A stranger's organization looks the same as "
        "a missing one.",
        "422 VALIDATION Malformed orgId.",
        "503 KILL_SWITCH Your key or organization is suspended, or the child is suspended or archived",
        "See also Read your wallet",
    ],
}


@pytest.mark.parametrize("path", FACTS)
def test_a_page_says_all_that_the_published_one_says(path: str) -> None:
    text = said(path)
    missing = [fact for fact in FACTS[path] if fact not in text]
    assert missing == [], text
    file = SITE.find(path)
    assert file is not None
    page = Read(file.content.decode())
    assert f"{path}.md" in page.links
    # The folders that it is in, as breadcrumbs.
    folder = path.rpartition("/")[0]
    assert {"/docs", folder, folder.rpartition("/")[0]} <= set(page.links)


def test_the_example_of_the_wallet_is_the_published_one() -> None:
    block = said(f"{WALLET}.md").partition("```json\n")[2].partition("```")[0]
    assert msgspec.json.decode(block) == msgspec.to_builtins(CREDITS_EXAMPLE)
