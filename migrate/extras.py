"""The command that adds an extra to this installation."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

NAME = "keras-migrate"


def command_for(extra: str) -> str:
    """The command that installs an extra, from the source of this installation: a checkout, a file or a registry.

    pip records the source of a distribution unless it was a registry (PEP 610, ``direct_url.json``).
    """
    return f"pip install '{_origin()}[{extra}]'"


def _origin() -> str:
    try:
        told = importlib.metadata.distribution(NAME).read_text("direct_url.json")
        url = urlsplit(json.loads(told or "{}").get("url", ""))
    except (importlib.metadata.PackageNotFoundError, ValueError, AttributeError):
        return NAME
    path = unquote(url.path)
    return path if url.scheme == "file" and Path(path).exists() else NAME
