"""The rules: one module a family, found by name; see ``api``."""
