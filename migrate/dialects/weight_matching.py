"""Give each saved array its layer and role, so that every array and every variable is used exactly once.

Files name their arrays in three ways: HDF5 by variable (``dense_1/kernel:0``; a nested model's arrays are
flattened, trainable ones first), Keras 1 by layer and letter (``dense_1_W``), archives by attribute path and
number (``forward_layer/cell/vars/0``). Names decide; the documented order inside one layer only separates
arrays whose names say the same (Keras 2.0 called both directions of a Bidirectional ``kernel``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from migrate.capsule.model import Array, Layer, Model
from migrate.dialects.aliases import without_aliases
from migrate.dialects.keras1.variables import own_roles_keras1
from migrate.dialects.own_layers import own_layers, split
from migrate.dialects.recounted import Path, Slot, recounted, recounted_own
from migrate.dialects.rule import Era
from migrate.dialects.variables import WRAPPERS, is_known, own_roles
from migrate.findings import MigrationError
from migrate.formats.artifact import LayerWeights, SavedArray

RolesOf = Callable[[Layer], "tuple[str, ...] | None"]
_STRUCTURAL = re.compile(r"(?:^|/)vars/(\d+)$")
_OPTIMIZER = re.compile(r"(?:^|/)optimizer/vars/\d+$")
_DIRECTION = re.compile(r"(forward|backward)")


def assign_weights(model: Model, saved: Sequence[LayerWeights], era: Era) -> Model:
    """The model with every saved array in its place.

    Args:
        model: architecture without weights, in the writer's dialect.
        saved: arrays by layer, as a reader found them.
        era: decides which roles the classes have.

    Raises:
        MigrationError: ``WGT010`` when a layer's arrays and variables do not match one to one, ``WGT011`` when
            the file has arrays for a layer that the architecture lacks.
    """
    roles: RolesOf = own_roles_keras1 if era.keras.major < 2 else own_roles
    placed: dict[Path, dict[str, Array]] = defaultdict(dict)
    groups = _by_root_layer(model, saved, roles)
    for layer in model.layers:
        slots = list(_slots(layer, (layer.name,), (), (), (), roles))
        arrays = _of_layers(slots, without_aliases(layer, groups.pop(layer.name, [])))
        own = list(own_layers(layer, (layer.name,), roles))
        if own and arrays:
            if layer.model is not None:
                arrays = recounted_own((inner.name for inner in own), arrays)
            found, arrays = split(own, arrays, len(slots))
            for path, by_role in found.items():
                placed[path] |= {role: array.array for role, array in by_role.items()}
        for slot, array in _match(layer, slots, recounted(slots, arrays)):
            placed[slot.path][slot.role] = array.array
    left = [name for name, arrays in groups.items() if arrays]
    if left:
        raise MigrationError(
            "WGT011",
            f"the file contains weights of layers that the architecture does not have: {', '.join(sorted(left)[:5])}",
            "Check that the architecture belongs to these weights.",
        )
    return _with_weights(model, placed, ())


def _of_layers(slots: Sequence[Slot], arrays: list[SavedArray]) -> list[SavedArray]:
    """Without what the optimizer of a nested model holds: archives keep it when that model was compiled by itself.

    The discriminator of a GAN is; the model around it has an optimizer of its own, which alone trains it.
    """
    if any("optimizer" in slot.owners for slot in slots):
        return arrays
    return [array for array in arrays if not _OPTIMIZER.search(array.name)]


def _by_root_layer(
    model: Model, saved: Sequence[LayerWeights], roles: RolesOf
) -> dict[str, list[SavedArray]]:
    """Arrays by layer of the root model; deeper paths become prefixes of the arrays' names.

    Where names do not tell, order does; a layer that the file could not name (``CFG030``) takes the groups that no
    other layer claims, in order.
    """
    groups: dict[str, list[SavedArray]] = defaultdict(list)
    for entry in saved:
        prefix = "".join(f"{part}/" for part in entry.layer[1:])
        groups[entry.layer[0]] += [SavedArray(prefix + a.name, a.array) for a in entry.arrays]
    by_order = _renamed(model, groups, roles)
    if by_order is not groups:
        return by_order
    names = {layer.name for layer in model.layers}
    unclaimed = [name for name in groups if name not in names]
    untitled = [la.name for la in model.layers if la.name not in groups and la.model is not None]
    if unclaimed and len(unclaimed) == len(untitled):
        for group, name in zip(unclaimed, untitled, strict=True):
            groups[name] = groups.pop(group)
    return groups


def _renamed(
    model: Model, groups: dict[str, list[SavedArray]], roles: RolesOf
) -> dict[str, list[SavedArray]]:
    """Groups under the names of the architecture's layers, where the file has other ones.

    A session counts its layers (``conv2d_105``), so that a model that is built again has other names; Keras loaded by
    order. Groups and layers that have weights are paired in order, if each group has as many arrays as its layer wants.
    Source: ``load_weights_from_hdf5_group`` of ``keras/src/saving/legacy/hdf5_format.py`` in 2.15.
    """
    names = {layer.name for layer in model.layers}
    filled = [name for name, arrays in groups.items() if arrays]
    by_attributes = any(_STRUCTURAL.search(a.name) for arrays in groups.values() for a in arrays)
    if by_attributes or all(name in names for name in filled):
        return groups  # archives list their groups by name: their order says nothing
    wanted: list[tuple[str, int | None]] = []
    unsure: set[str] = set()
    for layer in model.layers:
        own = next(own_layers(layer, (layer.name,), roles), None)
        count = len(list(_slots(layer, (layer.name,), (), (), (), roles)))
        if own is not None:
            wanted.append((layer.name, None))
            unsure |= {layer.name} - {*filled}
        elif count:
            wanted.append((layer.name, count))
    if len(wanted) > len(
        filled
    ):  # an author's layer whose name the file does not have may be one without weights
        wanted = [(name, count) for name, count in wanted if name not in unsure]
    fits = len(wanted) == len(filled) and all(
        count is None or count == len(groups[name]) for (_, count), name in zip(wanted, filled, strict=True)
    )
    if not fits:
        return groups
    return {new: groups[old] for (new, _), old in zip(wanted, filled, strict=True)}


def _slots(
    layer: Layer, path: Path, owners: Path, attributes: Path, archived: Path, roles: RolesOf
) -> Iterable[Slot]:
    own = roles(layer)
    if own is None and layer.model is None:
        return
    for number, role in enumerate(own or ()):
        yield Slot(path, owners, attributes, archived, role, number)
    elements = _element_names(layer)
    for attribute, child in layer.children.items():
        step = (*archived, *elements.get(attribute, (attribute,)))
        yield from _slots(child, (*path, attribute), owners, (*attributes, attribute), step, roles)
    if layer.model is not None:
        for inner in layer.model.layers:
            yield from _slots(inner, (*path, inner.name), (*owners, inner.name), (), (), roles)


def _element_names(layer: Layer) -> dict[str, Path]:
    """Names that archives give the elements of a list of layers: the class in snake case, numbered from 1."""
    counts: dict[str, int] = {}
    names: dict[str, Path] = {}
    for attribute, child in layer.children.items():
        container, _, index = attribute.partition("/")
        if not index:
            continue
        base = snake_case(child.class_name)
        number = counts.get(base, 0)
        counts[base] = number + 1
        names[attribute] = (container, f"{base}_{number}" if number else base)
    return names


def snake_case(class_name: str) -> str:
    """``LSTMCell`` to ``lstm_cell``, as Keras names groups (``to_snake_case`` of ``keras/saving``)."""
    text = re.sub(r"\W+", "", class_name)
    text = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", text)
    return re.sub("([a-z])([A-Z])", r"\1_\2", text).lower()


def _match(layer: Layer, slots: list[Slot], arrays: list[SavedArray]) -> Iterable[tuple[Slot, SavedArray]]:
    if not slots:
        # What a release stored for a class that has no variables otherwise keeps its name: a rule may know it.
        return [(Slot((layer.name,), (), (), (), _plain(layer, a.name), i), a) for i, a in enumerate(arrays)]
    if len(slots) != len(arrays):
        raise _mismatch(layer, slots, arrays)
    remaining = dict(enumerate(slots))
    pairs: list[tuple[Slot, SavedArray]] = []
    for array in arrays:
        # The likeliest variable; among equals the first, which is the documented order of one layer.
        likeness, negated = max((_likeness(slot, array.name), -at) for at, slot in remaining.items())
        if likeness < 0:
            raise _mismatch(layer, slots, arrays)
        pairs.append((remaining.pop(-negated), array))
    return pairs


def _likeness(slot: Slot, name: str) -> int:
    """How well an array's name fits a variable; negative when it contradicts it.

    The owner inside a nested model weighs most, then the direction of a Bidirectional, then the variable's
    own name.
    """
    structural = _STRUCTURAL.search(name)
    if structural:
        return _structural_likeness(slot, name, int(structural.group(1)))
    text = name.rsplit(":", 1)[0]
    parts = text.split("/")
    score = 0
    for depth, owner in enumerate(slot.owners):
        if f"/{owner}/" in f"/{text}/":
            # A name may have slashes itself: of `Conv` and `block/Conv`, the longer one that fits is the right one.
            score += 100 * (depth + 1) + 5 * min(owner.count("/"), 9)
        elif parts[0].startswith(f"{owner}_"):
            # Keras 1 joins layer and letter; the longest layer name that fits is the right one.
            score += 10 + len(owner)
        elif depth == len(slot.owners) - 1:
            score -= 50
    direction = _DIRECTION.search("/".join(parts[:-1]) or text)
    wanted = next(
        (a.split("_")[0] for a in slot.attributes if a in ("forward_layer", "backward_layer")), None
    )
    if wanted and direction:
        score += 40 if direction.group(1) == wanted else -1000
    score += _base_likeness(slot.role.rsplit("/", 1)[-1], slot.role, parts)
    return score + 50 if score > -50 else -1


def _base_likeness(base: str, role: str, parts: list[str]) -> int:
    last = re.sub(r"_\d+$", "", parts[-1])
    if last == base or parts[-1] == base:
        head = role.split("/", maxsplit=1)[0] if "/" in role else ""
        aliases = {"output": ("attention_output", "output")}.get(head, (head,))
        if not head:
            return 30
        # A part of the layer that the name does not mention: a layer that it wraps has the better claim.
        return 50 if any(alias in parts for alias in aliases) else 29
    if last.endswith(f"_{base}"):
        return 25
    known = {
        "kernel",
        "bias",
        "recurrent_kernel",
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
        "embeddings",
    }
    return -2000 if last in known and base in known else 0


def _structural_likeness(slot: Slot, name: str, number: int) -> int:
    """Attribute paths of archives must agree as a whole; ``cell`` of a built-in RNN is not a step of its own."""
    head = name[: name.rindex("vars/")].strip("/")
    steps = [_attribute(step) for step in head.split("/") if step]
    wanted = [step for owner in slot.owners for step in owner.split("/")] + list(slot.archived)
    if steps and steps[-1] == "cell" and (not wanted or wanted[-1] != "cell"):
        steps = steps[:-1]
    if "/" in slot.role:
        *middle, _ = slot.role.split("/")
        wanted += middle
        number_in_part = 0 if slot.role.endswith("/kernel") else 1
        return 100 if steps == wanted and number == number_in_part else -1
    return 100 if steps == wanted and number == slot.number else -1


def _attribute(step: str) -> str:
    """``_query_dense`` of an archive is the role's ``query``."""
    match = re.fullmatch(r"_(query|key|value|output)_dense", step)
    return match.group(1) if match else step


def _plain(layer: Layer, name: str) -> str:
    return name.rsplit(":", 1)[0].removeprefix(f"{layer.name}/")


def _mismatch(layer: Layer, slots: list[Slot], arrays: list[SavedArray]) -> MigrationError:
    has = ", ".join(f"{a.name}{list(a.array.shape)}" for a in arrays[:12]) or "none"
    wants = ", ".join("/".join((*s.path[1:], s.role)) for s in slots[:12]) or "none"
    known = bool(slots) or layer.class_name in WRAPPERS or is_known(layer.class_name)
    if not known and layer.model is None:
        return MigrationError(
            "CFG005",
            f"layer {layer.name!r} is a {layer.registered_name or layer.class_name}, which is not part of Keras; "
            f"its arrays are {has}",
            f"Supply the class with --custom-objects FILE.py (it must define {layer.class_name}).",
            place=layer.name,
        )
    return MigrationError(
        "WGT010",
        f"layer {layer.name!r} ({layer.class_name}) has the saved arrays {has}, but its configuration requires "
        f"{wants}",
        "The weights belong to another architecture, or the class is not the built-in one; supply it with "
        "--custom-objects.",
        place=layer.name,
    )


def _with_weights(model: Model, placed: Mapping[Path, dict[str, Array]], path: Path) -> Model:
    layers = tuple(_layer_with_weights(la, placed, (*path, la.name)) for la in model.layers)
    return replace(model, layers=layers)


def _layer_with_weights(layer: Layer, placed: Mapping[Path, dict[str, Array]], path: Path) -> Layer:
    children = {a: _layer_with_weights(c, placed, (*path, a)) for a, c in layer.children.items()}
    model = _with_weights(layer.model, placed, path) if layer.model is not None else None
    return replace(layer, weights=dict(placed.get(path, {})), children=children, model=model)
