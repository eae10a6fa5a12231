"""Saving, loading and copying of models."""
