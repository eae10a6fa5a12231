"""What Keras 2 had and what became of it: the one place that names, arguments and members are looked up in.

The data stands in ``data/*.tsv`` (one row a symbol, an argument or a member) and is written by
``scripts/catalogue/generate.py`` from the two live APIs, sixteen releases of Keras 3, the sources of Keras
1 and 2, and a curated overlay. Nothing here imports Keras or TensorFlow.

Names begin with ``keras.`` whatever the file wrote (``tf.keras.``, ``tensorflow.python.keras.``).
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cached_property, lru_cache

from codemods.catalogue.tables import (
    Change,
    Function,
    Keras1Argument,
    LostMember,
    Modern,
    Symbol,
    defaults,
    names,
    positional,
    rows,
)

__all__ = [
    "Catalogue",
    "Change",
    "Function",
    "Keras1Argument",
    "LostMember",
    "Modern",
    "Symbol",
    "defaults",
    "load",
    "names",
    "newest",
    "positional",
    "within",
]

Version = tuple[int, ...]
newest: Version = (3, 15)
"""The newest Keras 3 the tables were made with."""


_HOMES: dict[str, tuple[str, ...]] = {
    "engine": ("layers", "models", ""),
    "optimizer_v1": ("optimizers",),
    "optimizer_v2": ("optimizers", "optimizers.schedules"),
    "optimizers": ("optimizers", "optimizers.schedules"),
    "utils": ("utils", "saving"),
}
"""Where the public names of a private module live."""
_PASSED_ON = frozenset({"activations", "constraints", "initializers", "regularizers"})
"""Modules that ``keras.layers`` imported for itself, from where people took them."""
_IMPORTED = tuple(
    f"backend.{module}."
    for module in ("control_flow_ops", "ctc", "functional_ops", "np", "os", "tensor_array_ops", "tf")
)
"""Modules that ``keras.backend`` imported for itself: ``K.tf.argmax`` is not ``K.argmax``."""


def _numbers(version: str) -> Version:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


@lru_cache(maxsize=512)
def within(version: Version, where: str) -> bool:
    """Whether a version (major, minor) lies in one of the ranges ``>=3.3,<3.9|>=3.12``.

    Empty is everywhere.
    """
    if not where:
        return True
    for stretch in where.split("|"):
        bounds = stretch.split(",")
        if all(
            version >= _numbers(bound[2:]) if bound.startswith(">=") else version < _numbers(bound[1:])
            for bound in bounds
        ):
            return True
    return False


def _short(name: str) -> str:
    return name.removeprefix("keras.") if name != "keras" else ""


def _long(name: str) -> str:
    return f"keras.{name}" if name else "keras"


class Catalogue:
    """The tables, each read when it is first asked for."""

    @cached_property
    def symbols(self) -> dict[str, Symbol]:
        """Public names of tf-keras 2.21, both trees, by name without the root."""
        return {
            row[0]: Symbol(row[0], row[1], row[3], row[4], row[5], row[6], row[7], row[8])
            for row in rows("legacy")
        }

    @cached_property
    def paths(self) -> dict[str, tuple[str, str, str]]:
        """Names of Keras 1, stand-alone Keras 2 and ``tensorflow.python.keras``.

        (status, canonical, note).
        """
        return {row[0]: (row[3], row[4], row[5]) for row in rows("paths")}

    @cached_property
    def modern(self) -> dict[str, tuple[Modern, ...]]:
        """Public names of Keras 3, by name without the root; one entry for each form of a signature."""
        found: dict[str, tuple[Modern, ...]] = {}
        for name, kind, where, versions, parameters in rows("modern"):
            found[name] = (*found.get(name, ()), Modern(kind, where, versions, parameters))
        return found

    @cached_property
    def _changes(self) -> tuple[dict[str, tuple[Change, ...]], tuple[Change, ...]]:
        exact: dict[str, tuple[Change, ...]] = {}
        patterns: list[Change] = []
        for row in rows("arguments"):
            change = Change(*row)
            if "*" in change.symbol:
                patterns.append(change)
            else:
                exact[change.symbol] = (*exact.get(change.symbol, ()), change)
        return exact, tuple(patterns)

    @cached_property
    def functions(self) -> dict[str, tuple[Function, ...]]:
        """``keras.backend`` and ``tf`` functions by full name; several rows are tried in order."""
        found: dict[str, tuple[Function, ...]] = {}
        for row in rows("functions"):
            name = row[0] if row[0].startswith("tf.") else f"keras.{row[0]}"
            found[name] = (*found.get(name, ()), Function(name, *row[1:]))
        return found

    @cached_property
    def lost(self) -> dict[str, tuple[LostMember, ...]]:
        """Lost members by the name of the member."""
        found: dict[str, tuple[LostMember, ...]] = {}
        for row in rows("lost_members"):
            found[row[1]] = (*found.get(row[1], ()), LostMember(*row))
        return found

    @cached_property
    def keras1(self) -> tuple[Keras1Argument, ...]:
        """Arguments of Keras 1; a later row with an exact symbol wins over a pattern."""
        return tuple(Keras1Argument(*row) for row in rows("keras1"))

    @cached_property
    def members(self) -> dict[str, frozenset[str]]:
        """All public members of each class of Keras 3, inherited ones too."""
        table = {row[0]: (row[1].split(), row[2].split()) for row in rows("modern_members")}
        return {
            name: frozenset(own).union(*(table[base][1] for base in bases if base in table))
            for name, (bases, own) in table.items()
        }

    def canonical(self, name: str) -> str:
        """The public name a legacy spelling meant: ``keras.layers.core.Dense`` is ``keras.layers.Dense``.

        The name itself when it is public already or not known.
        """
        short = _short(name)
        if short in self.symbols or short in self.modern:
            return name
        short = short.removeprefix("src.").removeprefix("api._v2.keras.").removeprefix("api.keras.")
        if short in self.symbols:
            return _long(short)
        if (imported := short.replace("backend.tensorflow_backend.", "backend.")).startswith(_IMPORTED):
            return _long(imported)
        found = self.paths.get(short)
        if found is not None and found[1]:
            return _long(found[1])
        module, _, rest = short.removeprefix("layers.").removeprefix("core.").partition(".")
        if short.startswith("layers.") and module in _PASSED_ON:
            return self.canonical(_long(f"{module}.{rest}".rstrip(".")))
        head, dot, tail = short.rpartition(".")
        if dot and (above := self.paths.get(head)) and above[1]:
            inner = f"{above[1]}.{tail}"
            if inner in self.symbols or inner in self.paths:
                return _long(inner)
        if short in self.paths:
            return _long(short)
        for home in _HOMES.get(short.partition(".")[0], (short.partition(".")[0],)):
            # deep private modules: keras.src.layers.core.dense.Dense
            if (found_there := f"{home}.{tail}".lstrip(".")) in self.symbols and head:
                return _long(found_there)
        return name

    def symbol(self, name: str) -> Symbol | None:
        """What is known of a legacy name.

        Names of old module paths included. None when it is not Keras 2's.
        """
        short = _short(self.canonical(name))
        known = self.symbols.get(short)
        if known is not None:
            return known
        found = self.paths.get(short)
        if found is None:
            return None
        status, _, note = found
        return Symbol(short, "", "internal" if status == "alias" else status, "", "", "", note, "")

    def destination(self, name: str, target: str = "keras") -> str | None:
        """Where a legacy name lives on with the same meaning, or None when a rule or a person must act.

        Args:
            name: a canonical or old name, ``keras.utils.np_utils.to_categorical``.
            target: ``keras`` or ``tf.keras``; for ``tf_keras`` every public name of Keras 2 is its own
            answer.
        """
        short = _short(name)
        if not short:
            return name
        canonical = _short(self.canonical(name))
        known = self.symbols.get(canonical)
        if target == "tf_keras":
            return _long(canonical) if known is not None else None
        if known is None:
            return name if self.exists(name, target) else None
        place = known.keras if target == "keras" else known.tf
        return _long(place) if place else None

    @cached_property
    def _known_forms(self) -> dict[tuple[str, str, Version | None], tuple[Modern, ...]]:
        return {}

    def _forms(self, name: str, target: str, version: Version | None) -> tuple[Modern, ...]:
        forms = self.modern.get(_short(name))
        if forms is None:
            return ()
        key = (name, target, version)
        found = self._known_forms.get(key)
        if found is None:
            wanted = {"both", "keras"} if target == "keras" else {"both", "tf"}
            found = self._known_forms[key] = tuple(
                form for form in forms if form.where in wanted and within(version or newest, form.versions)
            )
        return found

    def exists(self, name: str, target: str = "keras", version: Version | None = None) -> bool:
        """Whether Keras 3 has a public name, at a destination version (major, minor) or the newest."""
        return name == "keras" or bool(self._forms(name, target, version))

    def signature(self, name: str, target: str = "keras", version: Version | None = None) -> str | None:
        """The signature text of a Keras 3 name; None when it is unknown or Python cannot tell."""
        for form in self._forms(name, target, version):
            if form.kind in {"class", "function"} and form.parameters != "?":
                return form.parameters
        return None

    def parameters(
        self, name: str, target: str = "keras", version: Version | None = None
    ) -> tuple[str, ...] | None:
        """Parameter names of a Keras 3 callable, ``*`` and ``**`` where it is open; None when unknown."""
        text = self.signature(name, target, version)
        return None if text is None else names(text)

    def legacy_signature(self, name: str) -> str | None:
        """The signature text of a Keras 2 name."""
        known = self.symbol(name)
        if known is None or known.kind not in {"class", "function"} or known.parameters == "?":
            return None
        return known.parameters

    def legacy_parameters(self, name: str) -> tuple[str, ...] | None:
        """Parameter names of a Keras 2 callable; None when unknown."""
        text = self.legacy_signature(name)
        return None if text is None else names(text)

    def accepts(
        self, name: str, argument: str, target: str = "keras", version: Version | None = None
    ) -> bool:
        """Whether a Keras 3 callable takes a keyword argument. True when nobody can tell."""
        known = self.parameters(name, target, version)
        if known is None:
            return True
        if argument in known:
            return True
        if "**" not in known:
            return False
        short = _short(name)
        if short.startswith("layers."):
            # Keras 3 layers refuse what no base takes, but for these two (keras/src/layers/layer.py).
            return argument in {"input_shape", "input_dim"} or not self._closed(known)
        return not short.startswith("optimizers.") or argument == "decay"

    @staticmethod
    def _closed(known: tuple[str, ...]) -> bool:
        """Whether the inherited names are in the tuple, so that nothing else is taken."""
        return {"name", "dtype", "trainable"} <= set(known)

    def changes(self, name: str) -> tuple[Change, ...]:
        """Changed arguments of a legacy name, exact rows first, then patterns it falls under."""
        known = self._known_changes.get(name)
        if known is None:
            short = _short(name)
            exact, patterns = self._changes
            found = exact.get(short, ())
            told = {(change.argument, change.change) for change in found}
            known = self._known_changes[name] = found + tuple(
                change
                for change in patterns
                if (change.argument, change.change) not in told and fnmatchcase(short, change.symbol)
            )
        return known

    @cached_property
    def _known_changes(self) -> dict[str, tuple[Change, ...]]:
        return {}

    def changed_symbols(self) -> frozenset[str]:
        """Every legacy name with a row of its own among the changed arguments, with the root."""
        return frozenset(_long(name) for name in self._changes[0])

    def names(self, prefix: str = "", *statuses: str) -> frozenset[str]:
        """Legacy names below a prefix with one of some statuses, with the root."""
        return frozenset(
            _long(symbol.name)
            for symbol in self.symbols.values()
            if symbol.name.startswith(prefix) and (not statuses or symbol.status in statuses)
        )


@lru_cache(maxsize=1)
def load() -> Catalogue:
    """The catalogue of this installation."""
    return Catalogue()
