"""Joins: source, commands and texts that name an old file come to name the migrated one, all places or none."""
