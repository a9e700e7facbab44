"""A server through which a platform sells to partners.

Partners have child organizations, prepaid credit wallets and leased social accounts; what their
programs can call is served under ``/v1``, what the operator of the server needs under ``/ops/v1``.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("layers-partner-api")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
