"""What a run would do, without doing it: nothing is copied, run or written."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.report.compatibility.build import build
from migrate.report.compatibility.engines import looks
from migrate.report.compatibility.gather import gather
from migrate.report.compatibility.records import Report
from migrate.report.compatibility.tree import walk
from migrate.repository.git import Checkout
from migrate.repository.inventory import runnable, runnable_lines, written_for
from migrate.repository.request import Wish
from migrate.repository.source import options_of, rewrite_tree
from migrate.repository.state import read_state

_LEAST = (15.0, 4.0)
"""For the estimate, in seconds: the worlds' start, and one small model, on a machine with nothing else to do."""
_MOST = (240.0, 90.0)
"""The same, so that 16 of the 17 repositories with models in docs/repo.md, proofs included, took no longer."""


def plan_lines(wish: Wish) -> Iterator[str]:
    """The plan in lines.

    Raises:
        ConfigError: the repository's own settings make no sense.
        MigrationError: the state in the repository cannot be read.
    """
    root = wish.root.resolve()
    report, tree = build(gather(root, looks=looks())), walk(root)
    earlier = read_state(root)
    rewrite = rewrite_tree(root, options_of(root, unsafe=wish.unsafe))
    checkout = Checkout.of(root)
    yield f"repository  {root.name}: {_where(checkout)}"
    if checkout is not None and (first := checkout.uncommitted()) is not None:
        yield f"refused     REPO001 {first} is not committed"
    pins = [f"{pin.name}{pin.specifier} ({pin.path})" for pin in report.pins if pin.verdict == "legacy"]
    yield f"pins        {', '.join(pins) or 'none that keep Keras 2'}"
    yield f"written for {written_for(root, report, tree.python) or 'no release in particular: nothing says one'}"
    yield f"source      {len(rewrite.final)} files by {len(rewrite.steps)} rules, {len(rewrite.left)} findings left"
    done = {state.path for state in earlier.models if state.new} if earlier else set()
    models = [model for model in report.models if model.path not in done and model.status != "skipped"]
    yield f"models      {len(models)} to migrate, {len(done)} migrated before"
    for model in models:
        needs = f", needs {', '.join(model.needs)}" if model.needs else ""
        yield f"            {model.path}: {model.format or 'unknown'}, {model.status}{needs}"
    yield from _classes(report, wish)
    yield from _links(report)
    yield from (f"runs        {line}" for line in runnable_lines(runnable(root, tree.python, tree.notebooks)))
    yield f"tests       {wish.test or 'none: --test COMMAND runs them in both worlds'}"
    yield f"result      {wish.out}" + (f", branch {wish.branch}" if wish.commit else "")
    least, most = (start + model * len(models) for start, model in (_LEAST, _MOST))
    yield f"estimate    {_time(least)} to {_time(most)}, and twice the command of --test"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _classes(report: Report, wish: Wish) -> Iterator[str]:
    """Where the classes that models need are defined, unless an option gives them."""
    defined = {link.text: link.state == "linked" for link in report.links if link.kind == "defines"}
    if any(defined.values()) and not wish.options.source:
        yield "            their classes are defined in the source: --source . runs it in the sandbox"
    missing = sorted(name for name, known in defined.items() if not known)
    if missing and not wish.options.custom_objects:
        yield f"            no source defines {', '.join(missing)}: --custom-objects FILE.py gives them"


def _where(checkout: Checkout | None) -> str:
    return (
        "no checkout; everything but environments is copied"
        if checkout is None
        else f"commit {checkout.head[:12]}"
    )


def _links(report: Report) -> Iterator[str]:
    linked = [
        link for link in report.links if link.state == "linked" and link.kind in {"loads", "saves", "names"}
    ]
    yield f"joins       {len(linked)} places name {len({link.target for link in linked})} models"
