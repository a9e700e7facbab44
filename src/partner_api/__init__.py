"""A server through which a platform sells to partners.

Partners have child organizations, prepaid credit wallets and leased social accounts; what their
programs can call is served under ``/v1``, what the operator of the server needs under ``/ops/v1``.
"""


def __getattr__(name: str) -> str:
    """Give ``__version__``, when somebody asks for it: to look it up takes longer than most commands."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("layers-partner-api")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0+unknown"
