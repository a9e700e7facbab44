"""What renewals will cost, and what a sweep would do now."""
