"""Link source and artifacts: which call loads which file, which class a model needs, who calls which signature."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import translate

from migrate.findings import Finding
from migrate.report.compatibility.records import Link
from migrate.report.compatibility.references import WILD, Outline, Reference
from migrate.report.compatibility.rules import BY_CODE

MAX_MEANT = 4
"""A plain name that matches more artifacts than this refers to none of them."""
SOURCE = (".py", ".pyw", ".ipynb")


@dataclass(frozen=True, slots=True)
class Target:
    """What the links need to know about an artifact."""

    path: str
    needs: tuple[str, ...] = ()
    signatures: tuple[str, ...] | None = None
    """None if it was not inspected."""
    stopped: bool = True
    """It could not be migrated because a class was not found."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding at a location in the source (``line`` 0: the whole file or artifact)."""

    path: str
    finding: Finding
    line: int = 0


@dataclass(slots=True)
class Ties:
    """All links, and the findings of broken ones."""

    links: list[Link] = field(default_factory=list)
    broken: list[Placed] = field(default_factory=list)

    def report(self, code: str, path: str, message: str, hint: str, line: int = 0) -> None:
        """Add a finding of one of the report's own rules."""
        self.broken.append(Placed(path, Finding(code, BY_CODE[code].severity, message, hint), line))


def tie(outlines: Mapping[str, Outline], targets: Iterable[Target]) -> Ties:
    """Link every reference in the source with the artifacts.

    Args:
        outlines: the references of each source or configuration file, by path.
        targets: the artifacts found, inspected or not.
    """
    known = {target.path: target for target in targets}
    index = Index(known)
    ties = Ties()
    loaded: set[str] = set()
    for path, outline in outlines.items():
        here: set[str] = set()
        for reference in outline.references:
            here |= _tie_reference(ties, index, path, reference)
        here |= _tie_literals(ties, index, path, outline, here)
        loaded |= here
        _tie_signatures(ties, path, outline, [known[name] for name in sorted(here)])
    _tie_classes(ties, outlines, known.values())
    if any(
        path.endswith(SOURCE) for path in outlines
    ):  # in a folder with only models, nothing could name them
        for path in sorted(set(known) - loaded):
            ties.report(
                "LNK001",
                path,
                "the source and configuration never mention this model",
                "remove it if it is no longer needed; if its path is built at run time, no action is needed",
            )
    return ties


def called(path: str) -> list[str]:
    """How source names an artifact: its path, the prefix of a checkpoint, and the graph of a SavedModel."""
    if path.endswith(".index"):
        prefix = path.removesuffix(".index")
        return [path, prefix, re.sub(r"-\d+$", "", prefix)]
    return [path, f"{path}/saved_model.pb"]


class Index:
    """Artifacts by last component, to resolve patterns without comparing each artifact."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._artifact = {name: path for path in paths for name in called(path)}
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._artifact:
            self._by_name[posixpath.basename(name)].append(name)

    def resolve(self, pattern: str, folder: str) -> list[str]:
        """Artifacts that a pattern of a file in ``folder`` can mean, sorted; empty if there are none.

        Tried in this order: beside the file, from the root, and as the end of a path (the program may run in any
        folder); of several matching ends, those nearest to the file. A pattern that starts with a wildcard or is
        absolute is tried as an end.
        """
        plain = posixpath.normpath(pattern)
        for candidate in (posixpath.normpath(posixpath.join(folder, plain)), plain):
            if candidate in self._artifact:
                return [self._artifact[candidate]]
        tail = re.sub(r"^(?:(?:\.\.|~|\*)?/)+", "", plain)
        found = self._ends(tail)
        if not found and (plain.startswith("/") or WILD in tail):
            found = self._ends(posixpath.basename(tail))
        near = [len(posixpath.commonprefix([f"{folder}/".split("/"), path.split("/")])) for path in found]
        nearest = {path for path, shared in zip(found, near, strict=True) if shared == max(near)}
        return sorted({self._artifact[path] for path in nearest})

    def named(self, pattern: str) -> list[str]:
        """Artifacts whose last component is that of the pattern."""
        return sorted({self._artifact[name] for name in self._by_name.get(posixpath.basename(pattern), ())})

    def _ends(self, tail: str) -> list[str]:
        name = posixpath.basename(tail)
        if not name.strip("*"):
            return []
        if WILD not in name:
            names: Iterable[str] = (name,)
        else:
            matches = re.compile(translate(name)).match
            names = [known for known in self._by_name if matches(known)]
        whole = re.compile(translate(tail)).match
        deep = re.compile(translate(f"*/{tail}")).match
        return [path for known in names for path in self._by_name.get(known, ()) if whole(path) or deep(path)]


def _tie_reference(ties: Ties, index: Index, path: str, reference: Reference) -> set[str]:
    folder = posixpath.dirname(path)
    found = index.resolve(reference.pattern, folder)
    if len(found) > MAX_MEANT and WILD not in posixpath.basename(reference.pattern):
        found = []  # "model.h5" of forty folders: only a run shows which one
        reference = replace(reference, pattern=WILD)
    common = {"kind": reference.kind, "path": path, "line": reference.line, "text": reference.text}
    if found:
        ties.links += [Link(target=target, state="linked", **common) for target in found]  # type: ignore[arg-type]
        return set(found)
    unknown = not posixpath.basename(reference.pattern).strip("*") or reference.kind == "saves"
    state = "open" if unknown else "broken"
    ties.links.append(Link(target=reference.pattern, state=state, **common))  # type: ignore[arg-type]
    if state == "broken":
        same = index.named(reference.pattern)
        hint = (
            f"a file with that name is at {same[0]}"
            if same
            else (
                "add the file and run the report again, or migrate it where it is produced or downloaded from"
            )
        )
        ties.report("LNK002", path, f"{reference.pattern} is not in the repository", hint, reference.line)
    return set()


def _tie_literals(ties: Ties, index: Index, path: str, outline: Outline, known: set[str]) -> set[str]:
    """Texts that name an artifact which no load or save of the file uses: a default, a table, a constant."""
    found: dict[str, Reference] = {}
    for reference in outline.literals:
        targets = index.resolve(reference.pattern, posixpath.dirname(path))
        if len(targets) == 1 and targets[0] not in known:
            found.setdefault(targets[0], reference)
    ties.links += [
        Link(kind="names", path=path, line=reference.line, target=target, state="linked", text=reference.text)
        for target, reference in found.items()
    ]
    return set(found)


def _tie_signatures(ties: Ties, path: str, outline: Outline, loaded: list[Target]) -> None:
    for call in outline.calls:
        seen = [target for target in loaded if target.signatures is not None]
        having = [target for target in seen if call.signature in (target.signatures or ())]
        state = "linked" if having else "broken" if seen else "open"
        goal = having[0].path if having else seen[0].path if seen else call.signature
        ties.links.append(
            Link(kind="calls", path=path, line=call.line, target=goal, state=state, text=call.signature)
        )
        if state == "broken":
            offered = (
                ", ".join(sorted({name for target in seen for name in target.signatures or ()})) or "none"
            )
            ties.report(
                "LNK004",
                path,
                f"{goal} does not provide the signature {call.signature!r}",
                f"offered: {offered}",
                call.line,
            )


def _tie_classes(ties: Ties, outlines: Mapping[str, Outline], targets: Iterable[Target]) -> None:
    places: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for path, outline in outlines.items():
        for name, line in (outline.classes or {}).items():
            places[name].append((path, line))
    for target in targets:
        for needed in target.needs:
            name = needed.removesuffix("()").rpartition(">")[2].rpartition(".")[2]
            found = places.get(name, [])
            ties.links += [
                Link(kind="defines", path=path, line=line, target=target.path, state="linked", text=name)
                for path, line in found
            ]
            if not found and outlines and target.stopped:
                ties.links.append(
                    Link(kind="defines", path="", target=target.path, state="broken", text=name)
                )
                hint = (
                    f"supply the class: keras-migrate models {target.path} --custom-objects FILE.py --out DIR"
                )
                ties.report("LNK003", target.path, f"no source file defines the class {name}", hint)
            elif len(found) > 1:
                where = ", ".join(path for path, _ in found[:4])
                hint = "select the one that wrote the weights with --custom-objects"
                ties.report("LNK005", target.path, f"class {name} is defined in {where}", hint)
