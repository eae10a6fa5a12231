"""The third stage: apply accepted edits to a text.

If an edit is a token, the token is replaced in the text. LibCST is imported only for a file with another kind of
edit, and sees only the statements with such an edit.
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
    """The text of a file after its edits. Raises `EditError` if a node cannot be found or rebuilt."""
    context = imports.context
    tokens = Tokens(source, edits, imports)
    wanted = list(dict.fromkeys([*_wanted(tokens.others), *tokens.statements]))
    if not wanted and None not in imports.added:
        return Splice(source.text, tokens.pieces).text
    from codemods.edit.rebuild import rebuilt

    around = (outer for node in wanted for outer in (node, *context.parents(node)))
    touched = {outer for outer in around if isinstance(outer, ast.stmt)}
    if None in imports.added:
        touched.update(context.module.tree.body[:1], (s for s, _ in context.module.index.imports))
    skeleton = Skeleton(source, context.module.tree, touched, tokens.pieces)
    spans = {node: skeleton.span(source.span(node)) for node in wanted}
    return skeleton.restored(rebuilt(skeleton.text, spans, tokens.replaced, tokens.others, imports))


def _wanted(edits: Iterable[Edit]) -> Iterable[ast.AST]:
    """The nodes that must be found in the tree."""
    for edit in edits:
        if not isinstance(anchor(edit), ast.alias):
            yield anchor(edit)
        code = getattr(edit, "code", getattr(edit, "value", None))
        if isinstance(code, Code):
            yield from code.holes.values()
        if isinstance(edit, RenameParameter):
            yield from parameter_nodes(edit)
