"""What a run would do, without doing it: nothing is copied, run or written."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.report.compatibility.build import build
from migrate.report.compatibility.engines import looks
from migrate.report.compatibility.gather import gather
from migrate.report.compatibility.records import Report
from migrate.repository.git import Checkout
from migrate.repository.request import Wish
from migrate.repository.source import options_of, rewrite_tree
from migrate.repository.state import read_state

_SECONDS = {"start": 15.0, "model": 4.0}
"""For the estimate: the worlds' start and one small model, on one core."""


def plan_lines(wish: Wish) -> Iterator[str]:
    """The plan in lines.

    Raises:
        ConfigError: the repository's own settings make no sense.
        MigrationError: the state in the repository cannot be read.
    """
    root = wish.root.resolve()
    report = build(gather(root, looks=looks()))
    earlier = read_state(root)
    rewrite = rewrite_tree(root, options_of(root, unsafe=wish.unsafe))
    checkout = Checkout.of(root)
    yield f"repository  {root.name}: {_where(checkout)}"
    if checkout is not None and (first := checkout.uncommitted()) is not None:
        yield f"refused     REPO001 {first} is not committed"
    pins = [f"{pin.name}{pin.specifier} ({pin.path})" for pin in report.pins if pin.verdict == "legacy"]
    yield f"pins        {', '.join(pins) or 'none that keep Keras 2'}"
    yield f"source      {len(rewrite.final)} files by {len(rewrite.steps)} rules, {len(rewrite.left)} findings left"
    done = {state.path for state in earlier.models if state.new} if earlier else set()
    models = [model for model in report.models if model.path not in done and model.status != "skipped"]
    yield f"models      {len(models)} to migrate, {len(done)} migrated before"
    for model in models:
        needs = f", needs {', '.join(model.needs)}" if model.needs else ""
        yield f"            {model.path}: {model.format or 'unknown'}, {model.status}{needs}"
    yield from _classes(report, wish)
    yield from _links(report)
    yield f"tests       {wish.test or 'none: --test COMMAND runs them in both worlds'}"
    yield f"result      {wish.out}" + (f", branch {wish.branch}" if wish.commit else "")
    yield f"estimate    {_SECONDS['start'] + _SECONDS['model'] * len(models):.0f} s and twice the command of --test"


def _classes(report: Report, wish: Wish) -> Iterator[str]:
    """Where the classes that models need stand, as far as no option says it."""
    defined = {link.text: link.state == "linked" for link in report.links if link.kind == "defines"}
    if any(defined.values()) and not wish.options.source:
        yield "            their classes stand in the source: --source . lets it run in the sandbox"
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
