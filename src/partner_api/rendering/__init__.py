"""Rendering: from the inputs of a job to the files that its container has."""
