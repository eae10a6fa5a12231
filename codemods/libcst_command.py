"""The rewrite as a command of LibCST's own runner.

``python -m libcst.tool codemod -x codemods.libcst_command.KerasMigrateCommand PATH``. The runner brings its own file
discovery and formatting; only ``keras-migrate code`` handles notebooks, documents, pins and the journal.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from codemods.config import parse_version
from codemods.edit.engine import rewrite
from codemods.files.source import Source
from codemods.names.repository import Repository
from codemods.options import NEWEST, Options
from codemods.rules.api import Target


class KerasMigrateCommand(CodemodCommand):
    """Rewrite Keras 1 and 2 code to Keras 3 with all selected rules."""

    DESCRIPTION: str = "Rewrite Keras 1 and 2 code to Keras 3."

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add the options that make sense for one file at a time."""
        arg_parser.add_argument("--target", choices=[*Target], default="keras")
        arg_parser.add_argument("--keras-version", default=str(NEWEST))
        arg_parser.add_argument("--select", nargs="*", default=[], help="rule codes or prefixes")
        arg_parser.add_argument("--ignore", nargs="*", default=[], help="rule codes or prefixes")
        arg_parser.add_argument("--unsafe", action="store_true")
        arg_parser.add_argument("--todo", action="store_true")

    def __init__(
        self,
        context: CodemodContext,
        target: str = "keras",
        keras_version: str = str(NEWEST),
        select: list[str] | None = None,
        ignore: list[str] | None = None,
        unsafe: bool = False,
        todo: bool = False,
    ) -> None:
        super().__init__(context)
        self._options = Options(
            Target(target),
            parse_version(keras_version),
            tuple(select or ()),
            tuple(ignore or ()),
            unsafe,
            todo,
        )
        self._repository = Repository()

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Rewrite one module; remaining findings become warnings of the runner."""
        name = self.context.filename
        path = Path(name) if name else Path("snippet.py")
        outcome = rewrite(Source(path, tree.code), self._options, self._repository if name else None)
        if outcome.error is not None:
            raise SkipFile(outcome.error)
        for finding in outcome.findings:
            if not finding.applied:
                self.warn(f"line {finding.line}: {finding.code} {finding.message}. {finding.hint}".rstrip())
        return tree if outcome.text == tree.code else cst.parse_module(outcome.text)
