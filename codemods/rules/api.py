"""What a source rule is: data, and a generator that looks at one place of a file.

A module below this package declares `SourceRule` records and registers pure generator functions with `visit`. A
function is called only for places its registration names (a symbol, a method, a class base, a node type), gets
the place and a `codemods.context.Context`, and yields `Match`. It decides on *positive* evidence and changes
nothing itself. Importing a module registers it; `hooks` imports them all.
"""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codemods.edits import Edit
from codemods.target import COMPILING, EVERYWHERE, MODERN, OTHERS, Backend, Target
from migrate.findings import Fix, Rule, Severity

if TYPE_CHECKING:
    from codemods.context import Context

__all__ = [
    "COMPILING",
    "EVERYWHERE",
    "EXAMPLES",
    "GUIDE",
    "MODERN",
    "OTHERS",
    "UNTYPED",
    "Backend",
    "Hook",
    "Match",
    "Proof",
    "SourceRule",
    "Target",
    "all_source_rules",
    "declare",
    "hooks",
    "visit",
]

GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
"""What Keras itself says of the way to Keras 3: a reference of most rules."""
EXAMPLES = Path(__file__).with_name("examples")
"""A folder for each rule, by its code: ``before``, ``after``, and the programs of its proofs."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A program whose ``result`` must be the same before (legacy world) and after (Keras 3).

    Attributes:
        program: name of a file among the rule's examples: a whole program in the old form that assigns ``result``
            (numbers, strings, arrays, nested). ``np``, ``os``, an empty working folder and seeds are given. The
            *after* is what the tool makes of it.
        changes: for a silent rule: the unchanged program runs under Keras 3 too and its ``result`` differs.
        tolerance: largest absolute and relative difference that counts as equal.
        unsafe: the rule's edit needs ``--unsafe``.
        expect: ``"raises"`` when the old program itself cannot run under tf-keras 2.21 any more (Keras 1
            arguments, names that left before 2.16); then the file ``<program>_reference`` runs in its place.
    """

    program: str = "proof"
    changes: bool = False
    tolerance: float = 1e-6
    unsafe: bool = False
    expect: str = ""


@dataclass(frozen=True, slots=True)
class SourceRule(Rule):
    """`Rule` plus what only source has.

    ``applies_to`` keeps its meaning (the writing framework). ``before`` and ``after`` are whole small programs, files
    among the rule's examples: the test-suite runs the tool on ``before`` and compares with ``after``.

    Attributes:
        destination: versions of Keras 3 that need the rule, as a specifier (``">=3.6"``, ``"<3.3"``); empty
            means all.
        targets: destinations that need it.
        ambiguous: the old form is legal in Keras 3 too, with another meaning; such a rule keeps quiet in a
            file that shows it was already written for Keras 3.
        proofs: executed evidence; every rule with an automatic edit needs one.
        manual: for rules without an edit: what a person does, as a template for the hint.
        behind_guards: the name is there in Keras 3 and does nothing but raise, so that a test of its presence
            lets it pass.
        backends: those for which the rule has something to say.
    """

    before: str = field(init=False, repr=False, compare=False)
    after: str = field(init=False, repr=False, compare=False)
    destination: str = ""
    targets: frozenset[Target] = MODERN
    ambiguous: bool = False
    proofs: tuple[Proof, ...] = ()
    manual: str = ""
    behind_guards: bool = False
    backends: frozenset[Backend] = frozenset(Backend)

    def __getattr__(self, name: str) -> str:
        """``before`` and ``after`` are read when somebody asks for them: rewriting needs neither."""
        if name not in {"before", "after"}:
            raise AttributeError(name)
        text = self.program(name)
        object.__setattr__(self, name, text)
        return text

    def program(self, name: str) -> str:
        """The text of one of the rule's examples; empty when there is no such file."""
        file = next((EXAMPLES / self.code).glob(f"{name}.*"), None)
        return file.read_text("utf-8") if file is not None else ""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """What a rule saw at one place.

    Attributes:
        rule: which rule.
        node: the place.
        message: one sentence with the names involved; empty means the rule's summary.
        hint: the next step when nothing is edited; empty means the rule's ``manual``.
        edits: the plan; empty for a mere finding. A plan is carried out whole or not at all.
        symbol: qualified legacy name, ``keras.optimizers.Adam``.
        argument: the argument concerned.
        fix, severity: of this occurrence, where they differ from the rule's.
        holds: while it waits for ``--unsafe``, the place keeps its form: another edit would hide it from the next run.
    """

    rule: SourceRule
    node: ast.AST
    message: str = ""
    hint: str = ""
    edits: tuple[Edit, ...] = ()
    symbol: str = ""
    argument: str = ""
    fix: Fix | None = None
    severity: Severity | None = None
    holds: bool = False


Check = Callable[[Any, "Context"], Iterator[Match]]


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    """One registration: which places, and the function for them. See `visit` for the fields."""

    check: Check
    rules: tuple[SourceRule, ...]
    calls: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    of: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    strings: bool = False
    module: bool = False
    nodes: tuple[type[ast.AST], ...] = field(default=())


_HOOKS: list[Hook] = []
UNTYPED: frozenset[str] = frozenset()
"""No class tells whose members these are: the function looks at the place itself."""


def visit(
    *rules: SourceRule,
    calls: frozenset[str] | set[str] | tuple[str, ...] = (),
    references: frozenset[str] | set[str] | tuple[str, ...] = (),
    prefixes: tuple[str, ...] = (),
    packages: tuple[str, ...] = (),
    methods: frozenset[str] | set[str] | tuple[str, ...] = (),
    attributes: frozenset[str] | set[str] | tuple[str, ...] = (),
    of: frozenset[str] | set[str] | tuple[str, ...] | None = None,
    bases: frozenset[str] | set[str] | tuple[str, ...] = (),
    strings: bool = False,
    module: bool = False,
    nodes: tuple[type[ast.AST], ...] = (),
) -> Callable[[Check], Check]:
    """Register a generator for the places named; one function may serve several rules and kinds of place.

    Names are canonical: ``keras.…`` for every legacy spelling (``tf.keras.layers.Dense``,
    ``tensorflow.python.keras.layers.core.Dense``, ``from keras.layers.core import Dense`` are all
    ``keras.layers.Dense``), ``tf.…`` for TensorFlow (``import tensorflow.compat.v2 as tf`` too), other
    packages under their own names (``numpy.…``, ``tensorflow_addons.…``).

    Args:
        *rules: the rules the function may yield.
        calls: called symbols; the function gets the ``ast.Call``.
        references: symbols, wherever mentioned (the called ones too, and the alias of an import); the
            function gets the ``ast.Name``/``ast.Attribute`` or ``ast.alias``.
        prefixes: like ``references`` for every symbol below a module: ``"keras.backend."``.
        packages: every symbol of a package (``"keras"``), as the outermost dotted name or the alias.
        methods: ``obj.method(…)`` where ``obj`` is no module; gets the ``ast.Call``.
        attributes: ``obj.attribute`` likewise, called or not, loaded or stored; gets the ``ast.Attribute``.
        of: with ``methods`` and ``attributes``: the classes of Keras that have them. The function is not asked about
            an object that is known to be something else, such as an estimator of another package; how sure it is
            of one that nothing is known of, it says itself. `UNTYPED` for members of tensors, variables and others
            that the evidence about objects does not tell apart.
        bases: class statements that derive from one of these, directly or through classes of the
            repository; gets the ``ast.ClassDef``.
        strings: every string literal that is no docstring; gets the ``ast.Constant``.
        module: once a file; gets the ``ast.Module``.
        nodes: node types, in files that matter at all. The slowest way: prefer the others.

    Raises:
        TypeError: a member without ``of``: every package has a ``fit``.
    """
    if (methods or attributes) and of is None:
        raise TypeError(f"{rules[0].code} hooks members of objects without naming their classes (of=)")

    def register(check: Check) -> Check:
        _HOOKS.append(
            Hook(
                check=check,
                rules=rules,
                calls=frozenset(calls),
                references=frozenset(references),
                prefixes=prefixes,
                packages=packages,
                methods=frozenset(methods),
                attributes=frozenset(attributes),
                of=frozenset(of or ()),
                bases=frozenset(bases),
                strings=strings,
                module=module,
                nodes=nodes,
            )
        )
        return check

    return register


def declare(*rules: SourceRule) -> None:
    """Register rules whose findings are made elsewhere (requirement files, the check of unknown names)."""
    _HOOKS.append(Hook(check=_nothing, rules=rules))


def _nothing(node: object, context: Context) -> Iterator[Match]:
    yield from ()


@lru_cache(maxsize=1)
def hooks() -> tuple[Hook, ...]:
    """Every registration, in the order of module names and then of the text."""
    import codemods.rules as package

    for module in sorted(
        found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ):
        if not module.rpartition(".")[2].startswith("_"):
            import_module(module)
    return tuple(_HOOKS)


@lru_cache(maxsize=1)
def all_source_rules() -> tuple[SourceRule, ...]:
    """Every rule, by code. Raises ValueError when two rules share a code."""
    rules: dict[str, SourceRule] = {}
    for registered in hooks():
        for rule in registered.rules:
            if rules.setdefault(rule.code, rule) is not rule:
                raise ValueError(f"two rules have the code {rule.code}")
    return tuple(rules[code] for code in sorted(rules))
