"""People's own code: found by name in a repository, cut out with what it needs, rewritten for both worlds.

Nothing of a repository runs here; sources are parsed. What is cut out runs in the sandboxed worlds.
"""
