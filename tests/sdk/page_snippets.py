"""The calls of the two published pages, to the letter; only their ids are illustrations."""

from __future__ import annotations

PAGE_PROJECT = "prj_01HX9Y7K8M2P4RSTUV56789AB"

PYTHON = """\
result = layers.leased_accounts.list(project_id="prj_01HX9Y7K8M2P4RSTUV56789AB")
monthly_burn_cents = sum(a["monthlyPriceCents"] for a in result["items"])
"""

TYPESCRIPT = """\
const { items } = await layers.leasedAccounts.list({
  projectId: "prj_01HX9Y7K8M2P4RSTUV56789AB",
});

const monthlyBurn = items.reduce((sum, a) => sum + a.monthlyPriceCents, 0);
"""
