"""A database whose tenants are spread over the nodes of a Citus cluster. On one server, nothing of this is used."""
