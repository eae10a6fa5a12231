"""Islands: the files that must stay with Keras 2, because objects of a Keras-2-only package meet their own.

Objects of ``tf_keras`` and of ``keras`` do not work together: a layer of one in a model of the other raises, or is
called as a plain function whose variables nothing tracks. So a file moves only when nothing that it is connected with
is bound to Keras 2. Two files are connected when one imports from the other a name that carries Keras: a class or
function that mentions a layer, a model, an optimizer, … of any Keras, itself or through other names. What mentions
only arrays, paths or tensors carries nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from codemods.ecosystem import HOLDING, World
from codemods.names.mentions import Facts, Mention, Use


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a file stays with Keras 2.

    Attributes:
        use: the object that keeps it there; in the file itself when it has one.
        world: what the file needs: the strictest of all objects that it is connected with.
    """

    use: Use
    world: World


class Project(Protocol):
    """The files of a project as islands are found in them (`codemods.names.repository`)."""

    paths: set[Path]

    def facts(self, path: Path) -> Facts | None:
        """What a file mentions; None when it cannot be parsed."""

    def may_import(self, path: Path) -> Iterable[Path]:
        """All files that import from a file, and others."""


class Islands:
    """The files of one project that stay with Keras 2.

    Only files that are connected with one that uses an object bound to Keras 2 are looked into, and their neighbours.

    Args:
        project: the files.
        using: those with such a use.
    """

    def __init__(self, project: Project, using: Iterable[Path]) -> None:
        self._project = project
        self._carried: dict[tuple[Path, str], bool] = {}
        self._near: dict[Path, set[Path]] = {}
        self._part: dict[Path, Path] = {}
        self._uses: dict[Path, list[Use]] = {}
        work = sorted(using)
        self._part.update((path, path) for path in work)
        while work:
            path = work.pop()
            around = {
                *self._connected(path),
                *(p for p in project.may_import(path) if path in self._connected(p)),
            }
            work += sorted(around - self._part.keys())
            for other in around:
                self._part.setdefault(other, other)
                self._join(path, other)
        for path in self._part:
            facts = project.facts(path)
            uses = [mention.use for mention in facts.all()] if facts is not None else []
            self._uses.setdefault(self._root(path), []).extend(use for use in uses if use is not None)

    def __contains__(self, path: Path) -> bool:
        return path in self._project.paths

    def _connected(self, path: Path) -> set[Path]:
        if path not in self._near:
            facts = self._project.facts(path)
            self._near[path] = set(self.neighbours(facts)) if facts is not None else set()
        return self._near[path]

    def neighbours(self, facts: Facts) -> Iterator[Path]:
        """The files that a file is connected with by what it imports."""
        for mention in facts.all():
            if (
                mention.file is not None
                and mention.file in self._project.paths
                and self._carries(mention.file, mention.name)
            ):
                yield mention.file

    def hold(self, path: Path, facts: Facts | None = None) -> Hold | None:
        """Why a file stays; None when it may move. ``facts`` are those of a file that is not of the project."""
        near = {path} if path in self else set(self.neighbours(facts)) if facts is not None else set()
        roots = {self._root(other) for other in near if other in self._part}
        found = self._project.facts(path) if path in self._part else facts
        if found is None:
            return None
        return hold_by(found, [use for root in sorted(roots) for use in self._uses.get(root, ())])

    def any_held(self) -> Iterator[tuple[Path, Hold]]:
        """Every file that stays, with the reason."""
        for path in sorted(self._part):
            found = self.hold(path)
            if found is not None:
                yield path, found

    def _carries(self, path: Path, name: str) -> bool:
        """Whether a name of a file (or anything in it) carries objects of some Keras."""
        start = (path, name)
        if start not in self._carried:
            seen, work = {start}, [start]
            found = False
            while work and not found:
                here, what = work.pop()
                for mention in self._said(here, what):
                    found = found or mention.keras or mention.use is not None
                    further = (here, mention.local) if mention.local else (mention.file, mention.name)
                    if further[0] in self._project.paths and further not in seen:
                        seen.add(further)  # type: ignore[arg-type]
                        work.append(further)  # type: ignore[arg-type]
            # Whatever was seen on the way to nothing carries nothing either.
            self._carried.update(dict.fromkeys({start} if found else seen, found))
        return self._carried[start]

    def _said(self, path: Path, name: str) -> Iterator[Mention]:
        """What the statements that bind a name mention; what the whole file does when none is known to."""
        facts = self._project.facts(path)
        if facts is None:
            return
        for at in facts.defines.get(name, range(len(facts.mentions))):
            yield from facts.mentions[at]

    def _root(self, path: Path) -> Path:
        while self._part[path] != path:
            path = self._part[path]
        return path

    def _join(self, one: Path, two: Path) -> None:
        self._part[self._root(one)] = self._root(two)


_STRICT = (World.KERAS_2, World.SWITCH, World.TF_KERAS)


def hold_by(facts: Facts, shared: Iterable[Use] = ()) -> Hold | None:
    """Why a file with these facts stays, given the uses in all files that it is connected with."""
    own = [mention.use for mention in facts.all() if mention.use is not None]
    uses = [*own, *shared]
    if not uses or not any(mention.keras for mention in facts.all()):
        return None
    world = next(world for world in _STRICT if any(use.package.world is world for use in uses))
    near = own or [use for use in uses if use.package.world is world]
    first = min(near, key=lambda use: (_STRICT.index(use.package.world), str(use.path), use.line, use.symbol))
    return Hold(first, world) if world in HOLDING else None
