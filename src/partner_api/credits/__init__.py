"""The credit wallet and its ledger."""
