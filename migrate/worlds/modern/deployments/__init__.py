"""Deployment formats: write the held model, and run what was written by the format's own runtime."""
