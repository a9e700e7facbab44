# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
"""Resources of the Partner API."""
