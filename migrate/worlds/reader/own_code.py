"""Which names of the author's own code an artifact needs."""

from __future__ import annotations

from pathlib import Path

from packaging.version import Version

from migrate.dialects.translate import era_of
from migrate.formats.artifact import BARE_GRAPHS, Format, LegacyArtifact
from migrate.formats.bounded import bounded_memory
from migrate.formats.describe import custom_objects, custom_training, walk_layers
from migrate.formats.identify import identify
from migrate.formats.own_names import mark_own_training, own_names
from migrate.formats.read import read
from migrate.formats.saved_model.reader import read_saved_model
from migrate.formats.saved_model.subclassed import custom_classes
from migrate.own_code.fitting import joined_gates
from migrate.worlds.contracts.own_code import NamesWanted, OwnLayer, Wanted

_CODELESS = BARE_GRAPHS | {Format.META_GRAPH}


def names_wanted(call: NamesWanted, scratch: Path) -> Wanted:
    """Names that an artifact uses and that are, or may be, the author's."""
    source = call.source
    with bounded_memory(source):
        found = identify(source).format
        if found in _CODELESS:
            return Wanted()
        artifact = read(source, call.architecture, values=False)
        names = _names(artifact)
        if found is Format.SAVED_MODEL:
            names |= set(custom_classes(read_saved_model(source)))
    shapes, owners = [], []
    for saved in artifact.weights:
        joined = joined_gates([(array.name, array.shape) for array in saved.arrays])
        shapes += joined
        owners += [saved.layer[0] if saved.layer else ""] * len(joined)
    listed = [saved.layer[0] for saved in artifact.weights if saved.layer]
    known = artifact.architecture is not None
    details = _details(artifact, names)
    era = era_of(artifact)
    return Wanted(
        names=sorted(names),
        shapes=shapes,
        layers=owners,
        topology=listed if found is Format.HDF5_WEIGHTS else [],
        reset_after=era.tf_keras and era.keras >= Version("2.3"),
        architecture=known,
        details=details,
    )


def _details(artifact: LegacyArtifact, names: set[str]) -> dict[str, OwnLayer]:
    """Configuration and arrays of the first layer of each class among the names."""
    arrays = {layer.layer: layer.arrays for layer in artifact.weights}
    found: dict[str, OwnLayer] = {}
    for path, layer in walk_layers(artifact.architecture or {}):
        registered, name = str(layer.get("registered_name") or ""), str(layer.get("class_name"))
        key = registered if registered in names else name
        if key in names and key not in found and isinstance(layer.get("config"), dict):
            weights = [(a.name, tuple(a.shape)) for a in arrays.get(path, [])]
            found[key] = OwnLayer(layer["config"], weights)
    return found


def _names(artifact: LegacyArtifact) -> set[str]:
    names = {own.name for own in own_names(artifact)}
    if artifact.architecture is not None:
        names |= set(custom_objects(artifact.architecture))
    if artifact.training:
        names |= set(custom_training(mark_own_training(artifact.training, artifact.writer)))
    return names
