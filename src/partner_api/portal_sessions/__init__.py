"""Links that a partner opens for its people or its customers, and the sessions of the portal that they open."""
