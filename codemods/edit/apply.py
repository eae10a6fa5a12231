"""The third gear: carry out accepted edits on a text.

Where an edit is a token, the token is replaced where it stands. LibCST is imported for a file that has an edit of
another kind, and sees the statements with such an edit alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from codemods.edit.importing import Imports
from codemods.edit.skeleton import Skeleton
from codemods.edit.splice import Splice
from codemods.edit.tokens import Tokens, parameter_nodes
from codemods.edits import Code, Edit, EditError, RenameParameter, anchor
from codemods.files.source import Source

__all__ = ["EditError", "apply"]


def apply(source: Source, edits: Sequence[Edit], imports: Imports) -> str:
    """The text of a file after its edits. Raises `EditError` when a node cannot be found or rebuilt."""
    context = imports.context

    def quoted(node: ast.AST) -> bool:
        return any(isinstance(outer, ast.JoinedStr) for outer in context.parents(node))

    tokens = Tokens(source, edits, imports.spell, quoted)
    wanted = list(dict.fromkeys(_wanted(tokens.others, imports)))
    if not wanted and not imports.added:
        return Splice(source.text, tokens.pieces).text
    from codemods.edit.rebuild import rebuilt

    around = (outer for node in wanted for outer in (node, *context.parents(node)))
    touched = {outer for outer in around if isinstance(outer, ast.stmt)}
    skeleton = Skeleton(source, context.module.tree, touched, tokens.pieces)
    spans = {node: skeleton.span(source.span(node)) for node in wanted}
    return skeleton.restored(rebuilt(skeleton.text, spans, tokens.replaced, tokens.others, imports))


def _wanted(edits: Iterable[Edit], imports: Imports) -> Iterable[ast.AST]:
    """The nodes that must be found in the tree."""
    for edit in edits:
        if not isinstance(anchor(edit), ast.alias):
            yield anchor(edit)
        code = getattr(edit, "code", getattr(edit, "value", None))
        if isinstance(code, Code):
            yield from code.holes.values()
        if isinstance(edit, RenameParameter):
            yield from parameter_nodes(edit)
    yield from imports.touched()
