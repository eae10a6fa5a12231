"""From an old repository to one that runs on Keras 3: copy, rewrite, migrate, join, test, hand over."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from migrate.batch.events import Event
from migrate.findings import MigrationError
from migrate.formats.pairing import find_architecture
from migrate.pipeline.request import Options as ModelOptions
from migrate.report.compatibility.build import build
from migrate.report.compatibility.engines import looks
from migrate.report.compatibility.gather import gather
from migrate.report.compatibility.tree import walk
from migrate.report.writers import html, json
from migrate.repository import messages
from migrate.repository.environments import Environment, environment_with, required
from migrate.repository.git import Checkout
from migrate.repository.joins.described import Described, Whole, join_described
from migrate.repository.joins.imports import loadable_in
from migrate.repository.joins.join import is_program, join
from migrate.repository.joins.own_weights import join_own_weights
from migrate.repository.joins.records import Target
from migrate.repository.joins.uses import Program
from migrate.repository.models import Migrated, migrate_models
from migrate.repository.orders import Ordered, counted, failed, order_work
from migrate.repository.own_classes import Registered, register
from migrate.repository.records import SCHEMA_VERSION, CaseVerdict, Proofs, State, WorldRun
from migrate.repository.request import Outcome, Wish
from migrate.repository.rules import BY_CODE
from migrate.repository.snapshot import Snapshot, copy_tree, must_be_clean, take
from migrate.repository.source import legacy_tree, options_of, rewrite_tree
from migrate.repository.state import STATE, open_work, read_state
from migrate.repository.suite import command_line, compare, run_suite
from migrate.repository.weights import with_weights
from migrate.repository.work import Work
from migrate.versions import tool_versions
from migrate.worlds.host.environment import World

_MARK = "keras-migrate-repo"
"""A file that says that a folder is an output of this command."""

Tell = Callable[[str], None]


def migrate_repository(
    wish: Wish, tell: Tell = lambda _text: None, listen: Callable[[Event], None] = lambda _event: None
) -> Outcome:
    """Do all of it.

    Raises:
        MigrationError: ``REPO001`` to ``REPO003``, and what `migrate.repository.models.migrate_models` raises.
        ConfigError: the repository's own settings make no sense.
    """
    if wish.test:
        command_line(wish.test)
    checkout = Checkout.of(wish.root)
    must_be_clean(wish.root, checkout)
    if wish.commit:
        _can_commit(wish, checkout)
    out = prepared(wish)
    tell("copying the repository")
    snapshot = take(wish.root, out / "before")
    earlier = read_state(snapshot.before)
    environment = _environment(wish, snapshot, tell)
    tell("rewriting the source")
    options = options_of(snapshot.before, unsafe=wish.unsafe)
    rewrite = rewrite_tree(snapshot.before, options)
    tell("migrating the models")
    models = migrate_models(
        snapshot.before, out / "models", _options(wish, snapshot), jobs=wish.jobs, listen=listen,
        done=earlier.models if earlier else (),
    )  # fmt: skip
    models = with_weights(snapshot.before, out / "weights", models, environment)
    after = out / "after"
    copy_tree(snapshot.before, after)
    work = Work(snapshot, after)
    for step in rewrite.steps:
        work.rule(step.rule, step.files, step.count)
    work.models(models)
    tell("joining source and models")
    registered = register(after, models, _options(wish, snapshot).source, snapshot.before, environment)
    work.rule(BY_CODE["JOIN003"], _encoded(registered.texts), sum(registered.counts.values()))
    models = [_with_registration(model, registered) for model in models]
    work.code(models)
    whole = _loaded_whole(snapshot.before, after, _targets(models))
    work.rule(BY_CODE["JOIN006"], _encoded(whole.texts), sum(whole.counts.values()))
    joins = join(after, _text_files(after), _targets(models))
    for code, texts in joins.texts.items():
        work.rule(BY_CODE[code], _encoded(texts), sum(joins.counts[code].values()))
    own = join_own_weights(Program(after, _python_files(after)), [m.state.path for m in models])
    work.rule(BY_CODE["JOIN005"], _encoded(own.texts), sum(own.counts.values()))
    if wish.remove_old:
        work.remove([m.state.path for m in models if m.state.new], joins)
    runs, ran = _tested(wish, out, snapshot, environment, tell)
    tests = ran or (earlier.tests if earlier else [])
    again = rewrite_tree(after, options)
    tell("proving the repository's own code" if wish.prove else "writing work orders")
    ordered = order_work(snapshot.before, after, out, prove=wish.prove)
    state = State(
        schema=SCHEMA_VERSION,
        tool=tool_versions()["keras-migrate"],
        models=[m.state for m in models],
        changes=[*(earlier.changes if earlier else ()), *work.changes],
        left=open_work(
            again.left, [*joins.left, *own.left], models, tests, runs, again.errors, failed(ordered.orders)
        ),
        command=wish.test or (earlier.command if earlier else ""),
        tests=tests,
        proofs=_proofs(ordered, earlier),
    )
    work.write_state(state)
    outcome = Outcome(
        state, models, runs, work.commits, left_out=snapshot.left_out, orders=ordered.orders,
        why_no_orders=ordered.why,
    )  # fmt: skip
    if wish.commit and work.commits and checkout is not None:
        outcome.head = checkout.commit(wish.branch, work.commits, out / "index")
    _write_report(out, after)
    text = messages.pull_request(state, models, ordered.orders, ordered.why)
    (out / "pull-request.md").write_text(text, encoding="utf-8")
    return outcome


def _proofs(ordered: Ordered, earlier: State | None) -> Proofs | None:
    if ordered.report is not None:
        return counted(ordered.report)
    return earlier.proofs if earlier else None


def _write_report(out: Path, after: Path) -> None:
    """The compatibility report of the result, as page and data."""
    runs = [path for path in (out / "models" / "report.json",) if path.is_file()]
    report = build(gather(after, models=runs, looks=looks()))
    (out / "report.html").write_text(html.write(report), encoding="utf-8")
    (out / "report.json").write_text(json.write(report), encoding="utf-8")


def prepared(wish: Wish) -> Path:
    """The folder for outputs, made ready.

    Raises:
        MigrationError: ``REPO002`` where it cannot be used.
    """
    out, root = wish.out.absolute(), wish.root.resolve()
    if out.resolve().is_relative_to(root):
        raise MigrationError(
            "REPO002", f"{out} is inside of the repository", "Give a folder beside it with --out."
        )
    if out.exists() and any(out.iterdir()):
        if not (out / _MARK).is_file():
            raise MigrationError("REPO002", f"{out} holds something else", "Give an empty folder with --out.")
        if not wish.resume:
            raise MigrationError("REPO002", f"{out} holds an earlier run", "Pass --resume to continue it.")
        if (out / _MARK).read_text("utf-8") != f"{root}\n":
            raise MigrationError(
                "REPO002", f"{out} belongs to another repository", "Give another folder with --out."
            )
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text(f"{root}\n", "utf-8")
    return out


def _options(wish: Wish, snapshot: Snapshot) -> ModelOptions:
    """Options of the migration, with source of the repository taken from its copy."""
    root = wish.root.resolve()
    source = tuple(
        snapshot.before / path.relative_to(root) if path.is_relative_to(root) else path
        for path in wish.options.source
    )
    return msgspec.structs.replace(wish.options, source=source)


def _can_commit(wish: Wish, checkout: Checkout | None) -> None:
    if checkout is None:
        raise MigrationError(
            "REPO003",
            f"{wish.root} is not in a checkout with a commit",
            "Omit --commit: --out contains the result.",
        )
    if checkout.branch_exists(wish.branch):
        raise MigrationError(
            "REPO003",
            f"the branch {wish.branch} already exists",
            "Use another name with --branch, or remove it.",
        )


def _encoded(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}


def _loaded_whole(before: Path, after: Path, targets: list[Target]) -> Whole:
    """Models that the source makes from an architecture and weights, which were migrated as one."""
    described = {}
    for target in targets:
        architecture = find_architecture(before / target.path) if target.new and not target.whole else None
        if architecture is not None:
            described[target.path] = Described(
                target.path, target.new, architecture.relative_to(before).as_posix()
            )
    if not described:
        return Whole()
    files = _python_files(after)
    loadable = loadable_in(after, files, targets)
    return join_described(Program(after, files), described, [t.path for t in targets], loadable)


def _python_files(tree: Path) -> list[str]:
    return [path for path in _text_files(tree) if is_program(path)]


def _text_files(tree: Path) -> list[str]:
    """Files of a tree that may name a model: source, commands, configuration and texts."""
    found = walk(tree)
    texts = [
        path.relative_to(tree).as_posix()
        for path in sorted(tree.rglob("*"))
        if path.is_file() and path.suffix.lower() in {".md", ".rst", ".txt", ".in", ".bat"}
    ]
    own = {STATE}
    return sorted({*found.python, *found.notebooks, *found.configs, *found.requirements, *texts} - own)


def _with_registration(model: Migrated, registered: Registered) -> Migrated:
    """A model with what became of the definitions that it needs."""
    path = model.state.path
    if path in registered.defined_in:
        state = msgspec.structs.replace(
            model.state,
            own_code="",
            defined_in=sorted(registered.defined_in[path]),
            uncompiled=path in registered.uncompiled,
        )
        return replace(model, state=state, code=None)
    state = msgspec.structs.replace(model.state, why_code=registered.refused.get(path, model.state.why_code))
    return replace(model, state=state)


def _targets(models: list[Migrated]) -> list[Target]:
    states = [model.state for model in models]
    return [
        Target(
            state.path,
            state.new,
            whole=not state.weights_only,
            code=state.own_code,
            why_code=state.why_code,
            defined_in=frozenset(state.defined_in),
            compiled=not state.uncompiled,
            weights=state.weights,
            as_it_is=state.weights_as_they_are,
        )
        for state in states
    ]


def _environment(wish: Wish, snapshot: Snapshot, tell: Tell) -> Environment:
    """The interpreter for the repository's own code."""
    packages = [*wish.packages]
    if wish.install:
        packages += required(snapshot.before, walk(snapshot.before).requirements)
    if packages:
        tell(f"preparing an environment with {', '.join(packages)}")
    return environment_with(packages)


def _tested(
    wish: Wish, out: Path, snapshot: Snapshot, environment: Environment, tell: Tell
) -> tuple[list[WorldRun], list[CaseVerdict]]:
    if not wish.test:
        return [], []
    runs = []
    for world, tree in ((World.LEGACY, snapshot.before), (World.MODERN, out / "after")):
        tell(f"running {wish.test} in the {world} world")
        with tempfile.TemporaryDirectory(
            prefix="keras-migrate-world-", ignore_cleanup_errors=True
        ) as scratch:
            folder = Path(scratch) / snapshot.root.resolve().name
            copy_tree(tree, folder)
            if world is World.LEGACY:
                for path, data in legacy_tree(folder).items():
                    (folder / path).write_bytes(data)
            runs.append(
                run_suite(
                    wish.test,
                    world,
                    folder,
                    python=environment.python,
                    read=environment.read,
                    seconds=wish.seconds,
                    network=wish.network,
                )
            )
    (out / "tests.json").write_bytes(msgspec.json.format(msgspec.json.encode(runs), indent=1))
    return runs, compare(runs[0], runs[1])
