"""The operator's view of webhooks: endpoints that fail, what waits for them, and sending it again."""
