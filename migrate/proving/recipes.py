"""What a definition is called with: literal uses in the repository, saved configurations, defaults, or usual values.

A proof compares two worlds that are called alike, so that any arguments that the definition accepts are a proof of it;
the record says where they came from.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.own_code.literal_calls import fits, literal_arguments
from migrate.own_code.modules import SourceModule
from migrate.proving.subjects import Kind, Subject

_TENSORS_TAKEN = {Kind.BLOCK: 1, Kind.FUNCTION: 1, Kind.PAIR: 2}
"""Leading arguments that are tensors."""
MAX_RECIPES = 3
"""Ways of calling one definition that are compared."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to call a definition.

    Attributes:
        arguments: Python source between the parentheses, behind the tensors.
        origin: ``uses``, ``configuration``, ``defaults`` or ``usual values``.
    """

    arguments: str
    origin: str


_USUAL: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"input_shape", "shape", "img_shape", "image_shape", "input_dims"}), "(8, 8, 3)"),
    (frozenset({"kernel_size", "kernel", "ksize", "filter_size"}), "3"),
    (frozenset({"num_heads", "heads", "n_heads", "n_head", "head", "groups", "num_groups"}), "2"),
    (
        frozenset({"strides", "stride", "dilation", "dilation_rate", "depth", "blocks", "repeat", "repeats"}),
        "1",
    ),
    (
        frozenset({"n_blocks", "num_blocks", "num_layers", "n_layers", "layers", "stages", "block", "stage"}),
        "1",
    ),
    (frozenset({"pool_size", "pool", "size", "scale", "factor", "block_size", "upsample"}), "2"),
    (frozenset({"rate", "dropout", "drop", "dropout_rate", "drop_rate", "p"}), "0.0"),
    (
        frozenset({"classes", "num_classes", "n_classes", "nb_classes", "num_class", "n_labels", "nlabels"}),
        "3",
    ),
    (frozenset({"vocab", "vocab_size", "input_dim", "max_features", "num_words", "n_words", "words"}), "20"),
    (
        frozenset(
            {"maxlen", "length", "timesteps", "steps", "seq_len", "seq_length", "max_length", "step_dim"}
        ),
        "6",
    ),
    (frozenset({"axis", "dim_axis", "bn_axis", "channel_axis"}), "-1"),
    (frozenset({"activation", "act", "act_fn", "activation_fn", "nonlinearity"}), "'relu'"),
    (frozenset({"name", "prefix", "scope", "layer_name", "block_name"}), "'subject'"),
    (frozenset({"padding", "border_mode"}), "'same'"),
    (
        frozenset(
            {"alpha", "beta", "gamma", "delta", "eps", "epsilon", "momentum", "weight", "margin", "lam", "l2"}
        ),
        "0.5",
    ),
    (
        frozenset({"lr", "learning_rate", "initial_learning_rate", "base_lr", "warmup_steps", "d_model"}),
        "0.1",
    ),
    (
        frozenset(
            {"units", "dim", "output_dim", "filters", "channels", "hidden", "hidden_size", "width", "k"}
        ),
        "4",
    ),
    (
        frozenset(
            {"nb_filter", "nb_filters", "num_filters", "n_filters", "out_dim", "embed_dim", "ff_dim", "n"}
        ),
        "4",
    ),
    (
        frozenset(
            {"hidden_dim", "hidden_units", "latent_dim", "feature_dim", "n_units", "num_units", "rank"}
        ),
        "4",
    ),
    (
        frozenset(
            {"growth_rate", "embedding_dim", "key_dim", "head_size", "filters_in", "filters_out", "features"}
        ),
        "4",
    ),
)
_OF_ANNOTATION = {"int": "4", "float": "0.5", "bool": "True", "str": "'relu'"}


def recipes(
    subject: Subject, calls: Mapping[str, Sequence[ast.Call]], configurations: Mapping[str, Mapping[str, Any]]
) -> list[Recipe]:
    """Ways to call a subject, those that the repository shows first; empty when nothing says what it takes.

    Args:
        subject: a class or function.
        calls: last name of what is called → the calls in the repository.
        configurations: name of a class → the configuration that a model file of the repository holds.
    """
    function = subject.constructor
    tensors = _TENSORS_TAKEN.get(subject.kind, 0) if isinstance(subject.node, ast.FunctionDef) else 0
    given = (literal_arguments(call, tensors) for call in calls.get(subject.name, ()))
    literal = list(dict.fromkeys(text for text in given if text is not None))
    if function is None:
        # The constructor is the framework's: what the repository gives it, else nothing.
        uses = [Recipe(text, "uses") for text in literal]
        ways = [*uses, *_configured(subject, configurations)]
        ways += [Recipe(text, origin) for text, origin in _of_base(subject)] if not ways else []
        return ways[:MAX_RECIPES]
    bare = without_leading(function, tensors if isinstance(subject.node, ast.FunctionDef) else 1)
    found = [Recipe(text, "uses") for text in literal if fits(bare, text)]
    found += [recipe for recipe in _configured(subject, configurations) if fits(bare, recipe.arguments)]
    if fits(bare, ""):
        found.append(Recipe("", "defaults"))
    elif not found:
        guessed = _usual(bare)
        if guessed is not None:
            found.append(Recipe(guessed, "usual values"))
    return list({recipe.arguments: recipe for recipe in reversed(found)}.values())[::-1][:MAX_RECIPES]


def _of_base(subject: Subject) -> list[tuple[str, str]]:
    """What the constructor of a framework's class may take: nothing, or the size that most layers begin with."""
    bases = getattr(subject.node, "bases", ())
    plain = all(ast.unparse(base).rpartition(".")[2] in ("Layer", "Model") for base in bases)
    return [("", "defaults")] if plain else [("", "defaults"), ("4", "usual values")]


def calls_of(modules: Iterable[SourceModule]) -> dict[str, list[ast.Call]]:
    """Every call of some files by the last name of what it calls."""
    found: dict[str, list[ast.Call]] = {}
    for module in modules:
        for statement in module.statements:
            for node in ast.walk(statement.node):
                if isinstance(node, ast.Call):
                    name = (
                        node.func.attr
                        if isinstance(node.func, ast.Attribute)
                        else getattr(node.func, "id", "")
                    )
                    found.setdefault(name, []).append(node)
    return found


def needs(subject: Subject) -> list[str]:
    """Arguments of a subject for which there is neither a default nor a usual value."""
    function = subject.constructor
    if function is None:
        return []
    skip = _TENSORS_TAKEN.get(subject.kind, 0) if isinstance(subject.node, ast.FunctionDef) else 1
    return [a.arg for a in _required(without_leading(function, skip)) if _value_for(a) is None]


def without_leading(function: ast.FunctionDef, count: int) -> ast.FunctionDef:
    """A signature without its first arguments: ``self``, or the tensors."""
    given = function.args
    leading = [*given.posonlyargs, *given.args][count:]
    defaults = given.defaults[-len(leading) :] if leading else []
    arguments = ast.arguments(
        posonlyargs=[],
        args=leading,
        vararg=given.vararg,
        kwonlyargs=given.kwonlyargs,
        kw_defaults=given.kw_defaults,
        kwarg=given.kwarg,
        defaults=defaults,
    )
    return ast.FunctionDef(function.name, arguments, [], [], lineno=function.lineno, col_offset=0)


def _configured(subject: Subject, configurations: Mapping[str, Mapping[str, Any]]) -> list[Recipe]:
    config = configurations.get(subject.name)
    if config is None or subject.constructor is None:
        return []
    names = {a.arg for a in (*subject.constructor.args.args, *subject.constructor.args.kwonlyargs)}
    given = {key: value for key, value in config.items() if key in names and key not in ("self", "name")}
    return [Recipe(", ".join(f"{key}={value!r}" for key, value in given.items()), "configuration")]


def _required(function: ast.FunctionDef) -> list[ast.arg]:
    given = function.args
    needed = given.args[: len(given.args) - len(given.defaults)]
    return [*needed, *(a for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d is None)]


def _usual(function: ast.FunctionDef) -> str | None:
    """Usual values for all that a signature requires; None when one has none."""
    values = {a.arg: _value_for(a) for a in _required(function)}
    if any(value is None for value in values.values()):
        return None
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _value_for(argument: ast.arg) -> str | None:
    name = argument.arg.lower()
    for names, value in _USUAL:
        if name in names:
            return value
    if name.startswith(("n_", "num_", "nb_")) or name.endswith(
        ("_dim", "_size", "_units", "_filters", "_channels")
    ):
        return "4"
    if name.endswith(("_value", "_rate", "_ratio", "_weight", "_scale", "_factor")):
        return "0.5"
    if name.startswith(("use_", "is_", "with_")):
        return "True"
    note = ast.unparse(argument.annotation) if argument.annotation is not None else ""
    return _OF_ANNOTATION.get(note)
