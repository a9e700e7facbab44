"""What a cluster cannot do now."""

from __future__ import annotations


class ClusterError(Exception):
    """Something cannot be done on the cluster, and nothing of it was kept; the message says why and what to do."""
