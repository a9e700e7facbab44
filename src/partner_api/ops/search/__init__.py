"""Finding anything of any partner."""
