"""Differential proofs of people's own code: the same definitions, weights and inputs in both worlds, compared.

Nothing of a repository runs in this process: its definitions are cut out (`migrate.own_code`) and run in sandboxed
workers.
"""
