"""Vocabularies that a layer learned, put where its configuration would have had them.

A lookup layer that was given its vocabulary has it in its configuration; one that learned it has ``null`` there
and the tokens elsewhere: in an archive's assets (``vocabulary.txt``, special tokens first), in the constants of a
SavedModel's table initialisers, in a vocabulary file, or in a checkpoint's mutable table. Reading them back in is
decoding, not translating: the same release writes ``vocabulary: [...]`` for a layer that was given it.

Source: ``keras/src/layers/preprocessing/index_lookup.py`` (``get_vocabulary``, ``save_assets``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrate.formats.layer_config import layer_name, layers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.formats.artifact import LegacyArtifact

LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "TextVectorization"})
_FILE = "vocabulary.txt"
_INNER = ("", "_lookup_layer/", "_index_lookup_layer/")
_TABLES = (
    "lookup_table",
    "_table",
    "_lookup_layer/lookup_table",
    "_lookup_layer/_table",
    "_index_lookup_layer/_table",
)


def restore_vocabularies(artifact: LegacyArtifact) -> None:
    """Fill in ``vocabulary`` of lookup layers that learned it.

    Layers whose tokens the file does not hold are listed in ``metadata["vocabularies_missing"]``: a checkpoint of
    a layer with a static table, for one, stores nothing of it. A layer that was given a file has its path there: the
    words are taken where the artifact has them (a SavedModel does, an archive of 2.12 to 2.15 does not), never from
    the path; such layers are listed in ``metadata["vocabularies_given_by_file"]``.
    """
    missing: list[str] = []
    given: list[str] = []
    for path, class_name, config in _untold(artifact.architecture or {}, ()):
        tokens = _tokens(artifact, path, class_name, config)
        if config.get("vocabulary"):
            given.append(path)
        if tokens:
            config["vocabulary"] = tokens
        elif not config.get("vocabulary"):
            missing.append(path)
    if given:
        artifact.metadata["vocabularies_given_by_file"] = given
    if missing:
        artifact.metadata["vocabularies_missing"] = missing


def layers_without_vocabulary(artifact: LegacyArtifact) -> list[str]:
    """Paths of lookup layers of whose tokens the file has no trace, for an artifact read without values."""
    places = [f"{inner}{_FILE}" for inner in _INNER] + list(_TABLES)
    tables = artifact.metadata.get("tables", {})
    return [
        path
        for path, _, _ in _untold(artifact.architecture or {}, ())
        if not any(f"{path}/{place}" in tables or f"{path}/{place}" in artifact.assets for place in places)
    ]


def _untold(model: dict[str, Any], prefix: tuple[str, ...]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Lookup layers without words in their configuration, which may name a file: path, class and configuration."""
    for layer in layers_of(model) or []:
        path, config = (*prefix, layer_name(layer)), layer.get("config")
        if layers_of(layer) is not None:
            yield from _untold(layer, path)
        elif layer.get("class_name") in LOOKUPS and isinstance(config, dict) and not _words(config):
            yield "/".join(path), str(layer["class_name"]), config


def _words(config: dict[str, Any]) -> bool:
    vocabulary = config.get("vocabulary")
    return bool(vocabulary) and not isinstance(vocabulary, str)


def _tokens(artifact: LegacyArtifact, path: str, class_name: str, config: dict[str, Any]) -> list[Any]:
    """The tokens of a layer, without special ones; empty when the file has none."""
    stored = _from_tables(artifact, path) or _from_assets(artifact, path)
    return _without_special(stored, class_name, config)


def tokens_of_table(table: dict[str, Any], class_name: str, config: dict[str, Any]) -> list[Any]:
    """The tokens that a table of ``keys`` and ``values`` gives a layer of this class, without special ones."""
    return _without_special(_in_order(table), class_name, config)


def _without_special(stored: list[Any], class_name: str, config: dict[str, Any]) -> list[Any]:
    if class_name == "IntegerLookup":
        stored = [int(token) for token in stored if _is_number(token)]
    special = special_tokens(class_name, config)
    if special and stored[: len(special)] == special:
        stored = stored[len(special) :]
    # Splitting can yield empty tokens, which adapt() then counts; the mask has taken that token already.
    while stored and stored[-1] in special:
        stored = stored[:-1]
    return stored


def special_tokens(class_name: str, config: dict[str, Any]) -> list[Any]:
    """The tokens that stand before the vocabulary: the mask where indices are asked for, then those out of it."""
    text = class_name == "TextVectorization"
    default: Any = -1 if class_name == "IntegerLookup" else "[UNK]"
    mask = "" if text else config.get("mask_token")
    outside = default if text else config.get("oov_token", default)
    count = 1 if text else config.get("num_oov_indices", 1)
    indices = config.get("output_mode", "int") == "int"
    return ([mask] if mask is not None and indices else []) + [outside] * (
        count if isinstance(count, int) else 1
    )


def _from_assets(artifact: LegacyArtifact, path: str) -> list[Any]:
    for inner in _INNER:
        content = artifact.assets.get(f"{path}/{inner}{_FILE}")
        if content:
            return list(content.decode("utf-8", "surrogateescape").split("\n"))
    return []


def _from_tables(artifact: LegacyArtifact, path: str) -> list[Any]:
    tables: dict[str, dict[str, Any]] = artifact.metadata.get("tables", {})
    table = next((tables[name] for name in (f"{path}/{t}" for t in _TABLES) if tables.get(name)), None)
    if table is None:
        return []
    if "asset" in table:
        content = artifact.assets.get(table["asset"], b"")
        return list(content.decode("utf-8", "surrogateescape").rstrip("\n").split("\n")) if content else []
    return _in_order(table)


def _in_order(table: dict[str, Any]) -> list[Any]:
    keys, values = table.get("keys", []), table.get("values", [])
    if keys and isinstance(values[0], str):
        keys, values = values, keys  # an inverted StringLookup maps numbers to tokens
    return [key for _, key in sorted(zip(values, keys, strict=True), key=lambda pair: pair[0])]


def _is_number(token: Any) -> bool:
    return str(token).removeprefix("-").isdigit()
