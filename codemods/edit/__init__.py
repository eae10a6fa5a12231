"""Apply accepted edits to a syntax tree, including imports."""
