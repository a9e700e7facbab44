"""The generator of the client libraries: reads an OpenAPI document, writes resources and types of both languages."""
