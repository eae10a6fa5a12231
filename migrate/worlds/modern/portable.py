"""Let archives load in older releases of Keras 3: leave out arguments that came later and say nothing.

Keras writes every argument into a configuration, also those that a later release added, and older releases stop at the
first that they do not know (``Unrecognized keyword arguments passed to Dense: {'quantization_config': None}``). An
argument that has the value it means when it is absent can be left out.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from migrate.formats.layer_config import to_snake_case

OLDEST = "3.9"
"""The oldest release that :data:`ADDED` reaches back to."""
ADDED: Mapping[str, Mapping[str, Any]] = {
    "keras.layers": {
        "gptq_unpacked_column_size": None,
        "lora_alpha": None,
        "oov_method": "floormod",
        "output_padding": None,
        "quantization_config": None,
        "renorm": False,
        "renorm_clipping": None,
        "salt": None,
        "sliding_window": None,
        "use_gate": False,
    },
    "keras.initializers": {"input_axes": None, "output_axes": None},
    "keras.metrics": {"ignore_class": None},
}
"""Module to arguments that constructors of 3.15 have and those of 3.9 have not, with their defaults (found by
comparing the signatures of all public classes)."""
NAMELESS = frozenset(
    {"BitwiseAnd", "BitwiseOr", "BitwiseXor", "Det", "Inv", "Solve", "StopGradient", "Trunc"}
)
"""Operations without arguments that took no name in 3.9."""
_CONFIG = "config.json"
_OPERATIONS = "keras.src.ops"
_CHUNK = 1 << 20


def make_portable(path: Path) -> None:
    """Rewrite the configuration inside an archive; its other members are copied as they are."""
    with zipfile.ZipFile(path) as archive:
        written = json.loads(archive.read(_CONFIG))
        plain = portable_config(written)
        if plain == written:
            return
        target = path.with_name(f"{path.name}.portable")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as copy:
            for member in archive.infolist():
                if member.filename == _CONFIG:
                    copy.writestr(_stored(member), json.dumps(plain))
                    continue
                with (
                    archive.open(member) as source,
                    copy.open(_stored(member), "w", force_zip64=True) as sink,
                ):
                    shutil.copyfileobj(source, sink, _CHUNK)
    target.replace(path)


def _stored(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.filename, member.date_time)
    info.compress_type = zipfile.ZIP_STORED
    return info


def portable_config(value: Any, bases: frozenset[str] = frozenset()) -> Any:
    """A JSON configuration without later arguments that have no effect.

    Args:
        value: any part of a configuration.
        bases: names of the layers of the model around it, without their numbers. An operation that would be
            named like one of them when it is loaded keeps its name: every release refuses two of one name.
    """
    if isinstance(value, list):
        return [portable_config(item, bases) for item in value]
    if not isinstance(value, Mapping):
        return value
    if isinstance(value.get("layers"), list):
        bases = frozenset(_layer_bases(value["layers"]))
    result = {key: portable_config(item, bases) for key, item in value.items()}
    module, config = result.get("module"), result.get("config")
    if isinstance(module, str) and isinstance(config, Mapping):
        class_name = str(result.get("class_name"))
        if not (module.startswith(_OPERATIONS) and to_snake_case(class_name) in bases):
            result["config"] = _without_later(module, class_name, dict(config))
    return result


def _layer_bases(entries: list[Any]) -> Iterator[str]:
    """Names of the layers among a model's entries, ``concatenate_1`` as ``concatenate``."""
    for entry in entries:
        if isinstance(entry, Mapping) and not str(entry.get("module")).startswith(_OPERATIONS):
            yield re.sub(r"_\d+$", "", str(entry.get("name")))


def _without_later(module: str, class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    if module.startswith(_OPERATIONS):
        # Operations with arguments of their own took no name then; the graph names them beside the object.
        named = len(config) == 1 and class_name not in NAMELESS
        return {key: value for key, value in config.items() if key != "name" or named}
    added = ADDED.get(module, {})
    if config.get("renorm") is False:
        config.pop("renorm_momentum", None)
    return {key: value for key, value in config.items() if key not in added or value != added[key]}
