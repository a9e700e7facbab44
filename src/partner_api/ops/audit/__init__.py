"""The operator's view of the audit log: that of all tenants, and of the installation."""
