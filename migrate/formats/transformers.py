"""Folders of Hugging Face's transformers: weights beside a ``config.json`` that names a class of that package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MAX_BYTES = 1 << 20
_WEIGHTS = ("tf_model.h5", "tf_model-", "model.safetensors", "model-", "pytorch_model")


@dataclass(frozen=True, slots=True)
class TransformersModel:
    """What ``config.json`` says.

    Attributes:
        name: of the class, with the prefix ``TF`` that its TensorFlow form has.
        version: of transformers that wrote it; empty when it does not say.
    """

    name: str
    version: str

    @property
    def message(self) -> str:
        """What these weights are, for a refusal."""
        written = f" {self.version}" if self.version else ""
        return f"weights of {self.name} from transformers{written} (config.json), with layers of that package"

    @property
    def hint(self) -> str:
        """What to do with them."""
        return (
            f"With transformers below 5 and tf-keras, {self.name}.from_pretrained(DIR).save_pretrained(OUT, "
            "saved_model=True) writes a SavedModel: migrate that. For a native Keras 3 model, KerasHub's "
            'from_preset("hf://…") converts the published PyTorch weights.'
        )


def transformers_model(weights: Path) -> TransformersModel | None:
    """The model whose weights a file is, by the ``config.json`` beside it; None for other folders."""
    if not weights.name.startswith(_WEIGHTS):
        return None
    config = _read(weights.with_name("config.json"))
    names, kind = config.get("architectures"), config.get("model_type")
    if not isinstance(kind, str) or not isinstance(names, list | None):
        return None
    name = next((n for n in names or [] if isinstance(n, str) and n.isidentifier()), "AutoModel")
    version = config.get("transformers_version")
    return TransformersModel(f"TF{name.removeprefix('TF')}", version if isinstance(version, str) else "")


def _read(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return {}
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
