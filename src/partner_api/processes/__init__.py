"""The processes of a server: a supervisor, and the parts that it starts, watches and replaces."""
