"""What both transports share: requests, answers and decisions, without input or output."""
