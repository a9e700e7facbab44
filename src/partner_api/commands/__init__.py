"""The `layers` command, one module per group of subcommands."""
