"""``layers mcp``: the partner's API as tools of the Model Context Protocol, over the client library.

A tool is declared from a route, in ``tools/``: its input schema is made of the route's types (``input_schema.py``),
and its arguments are checked by them before anything is sent (``arguments.py``). ``calls.py`` calls the method of the
library, ``results.py`` and ``refusals.py`` write what comes of it, ``server.py`` puts them behind the protocol and
``standard_input.py`` reads it.

In this package ``mcp`` is the SDK's, because all imports are absolute.
"""
