"""What renewals will take, and what a sweep would do now."""
