"""A server through which a platform sells to partners.

Partners have child organizations, prepaid credit wallets and leased social accounts; what their
programs can call is served under ``/v1``, what the operator of the server needs under ``/ops/v1``.
"""


def installed_version() -> str:
    """Return the version of this package, or ``0+unknown`` in a source tree that was never installed."""
    # Here, because most processes never ask, and this import is a third of what an empty one costs.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("layers-partner-api")
    except PackageNotFoundError:
        return "0+unknown"
