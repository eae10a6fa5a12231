"""Worker messages with the user's names: staged copies have temporary names and folders of our own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from migrate.pipeline.staging import CUSTOM_PREFIX, STAGED

_STAGED_FILE = re.compile(rf"\b{STAGED}(?=\.(?:weights\.h5|h5|hdf5|keras|ckpt|json|ya?ml|pb)\b)[.\w]*")
_CUSTOM_FILE = re.compile(rf"\b{CUSTOM_PREFIX}\d+_(?=\w)")


@dataclass(frozen=True, slots=True)
class UserNames:
    """Rewrites messages about one artifact.

    Attributes:
        name: the artifact's own file or folder name.
        scratch: the folder below which everything is temporary; empty for none.
    """

    name: str = ""
    scratch: Path | None = None

    def __call__(self, text: str) -> str:
        """The text without a path below ``scratch`` and without the names of staged files."""
        if self.scratch is None:
            return text
        text = text.replace(f"{self.scratch}/inputs/{STAGED}", STAGED)
        text = re.sub(rf"{re.escape(str(self.scratch))}/[\w.-]+/?", "", text)
        text = _STAGED_FILE.sub(lambda match: self._named(match[0]), text)
        return _CUSTOM_FILE.sub("", text)

    def _named(self, staged: str) -> str:
        """The user's name of a staged file; parts of a checkpoint keep what follows the prefix."""
        _, checkpoint, part = staged.partition(".ckpt")
        return f"{self.name.removesuffix('.index')}{part}" if checkpoint else self.name
