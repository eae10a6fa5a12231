"""The register of cases: what to build, in which eras, in which form, and what is expected of a migration."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

FORMS = {
    # form: (artifact, kind)
    "h5": ("model.h5", "h5"),
    "json": ("model.weights.h5", "h5+json"),
    "yaml": ("model.weights.h5", "h5+yaml"),
    "keras": ("model.keras", "keras"),
    "savedmodel": ("saved_model", "saved_model"),
}


class Case(NamedTuple):
    """One model, and the eras that write it.

    ``eras`` names eras, each optionally with a form: ``"keras-2.2.4 ~tf.keras-2.8 tf.keras-2.13/keras"``.  A
    form other than plain HDF5 becomes the suffix of the case's folder, so one era may hold the same model in
    two forms.  ``~`` marks what is written on ``--wide`` only: more of the same, kept out of the repository.
    ``notes`` says, by era, what the writer itself gets wrong when it reads the file back (``check.py``).
    """

    name: str
    about: str
    traits: Tuple[str, ...]
    eras: Tuple[Tuple[str, str, bool], ...]
    build: Callable[..., Any]
    inputs: Optional[Callable[..., List[Any]]] = None
    compile: Optional[Callable[..., Dict[str, Any]]] = None
    targets: Any = None
    status: str = "migrated"
    reason: Optional[str] = None
    rtol: float = 1e-5
    activations: bool = True
    draw: bool = True
    custom: Optional[str] = None
    notes: Optional[Dict[str, str]] = None


class Special(NamedTuple):
    """A case that writes its own artifact: ``write(kit, folder)`` returns what to put into case.json."""

    name: str
    about: str
    traits: Tuple[str, ...]
    eras: Tuple[Tuple[str, str, bool], ...]
    write: Callable[..., Dict[str, Any]]


CASES = []  # type: List[Any]


def parse_eras(text):
    """``"a ~b/keras"`` to ``(("a", "h5", False), ("b", "keras", True))``."""
    pairs = []
    for word in text.split():
        era, _, form = word.partition("/")
        form = form or "h5"
        if form not in FORMS and form != "own":
            raise ValueError("unknown form: " + word)
        pairs.append((era.lstrip("~"), form, era.startswith("~")))
    return tuple(pairs)


def case(eras, about, traits="", name=None, **options):
    """Register the decorated builder ``build(kit) -> model``; its name is the case's name."""

    def register(build):
        CASES.append(
            Case(name or build.__name__, about, tuple(traits.split()), parse_eras(eras), build, **options)
        )
        return build

    return register


def special(eras, about, traits="", name=None):
    """Register a writer of a whole case folder."""

    def register(write):
        pairs = parse_eras(" ".join(era + "/own" for era in eras.split()))
        CASES.append(Special(name or write.__name__, about, tuple(traits.split()), pairs, write))
        return write

    return register


def authored(source):
    """A Python lambda whose bytecode names no file of this machine."""
    return eval(compile(source, "author.py", "eval"))


def folder_name(case_name, form):
    """The case's folder: its name, and the form where that is not plain HDF5."""
    return case_name if form in ("h5", "own") else case_name + "-" + form


def of_era(era, wide=False):
    """Every (case, form) that the era writes, in the order of registration."""
    return [
        (entry, form)
        for entry in CASES
        for name, form, extra in entry.eras
        if name == era and (wide or not extra)
    ]
