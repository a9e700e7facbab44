"""The two clients: thin ways of sending what the core has built, with and without ``await``."""

from layers_partner.transport.asynchronous import AsyncClient
from layers_partner.transport.synchronous import SyncClient

__all__ = ["AsyncClient", "SyncClient"]
