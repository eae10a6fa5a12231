"""Proof of equality: probe inputs, tolerances and comparisons. Plain numpy; no framework."""
