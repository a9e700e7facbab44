"""Generation jobs: they reserve credits when they start and settle when they finish."""
