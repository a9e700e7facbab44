"""Finding anything of any partner."""

from __future__ import annotations

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.ops.search.schemas import SearchHits, SearchQuery, hit_of, hit_of_request
from partner_api.ops.search.service import read_wanted
from partner_api.search import operator_store

routes = Routes("Operator: search")


@routes.read("/ops/v1/search", sdk="search.find", access=requires_role("viewer"))
async def search(request: ApiRequest, query: SearchQuery) -> SearchHits:
    """Find anything by its id, or by what it is called.

    Any id, with its prefix or bare, finds what has it, and the public part of a key the key. Every
    other text finds organizations whose name or billing e-mail begins with it, and accounts whose
    handle does, in upper or lower case; an `@` before a handle is left out. Rows of the ledgers and
    of the audit log are found in their lists.
    """
    text = query.q.strip()
    wanted = read_wanted(text)
    async with request.connection() as connection:
        if wanted.is_text:
            text = text.removeprefix("@")
            found = await operator_store.find_by_text(connection, text, query.limit)
        elif wanted.api_key is not None:
            found = await operator_store.find_api_key(
                connection, wanted.api_key.tenant_id, wanted.api_key.keyid
            )
        elif wanted.operator_keyid is not None:
            found = await operator_store.find_operator(connection, wanted.operator_keyid)
        elif wanted.id is not None:
            found = await operator_store.find_by_id(connection, wanted.id, wanted.kinds)
        else:
            found = []
    items = [hit_of(hit, text, by_id=not wanted.is_text) for hit in found]
    if wanted.request_id is not None and not (wanted.id and items):
        items.append(hit_of_request(wanted.request_id))
    return SearchHits(sorted(items, key=lambda hit: not hit.exact))
