"""The matrix: archives in rows, Keras 3 releases in columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrate.dialects.keras3_minors.versions import Reader
from migrate.findings import MigrationError
from migrate.pipeline.keras3.reading import read_all
from migrate.pipeline.keras3.subjects import Checker, Subject
from migrate.pipeline.keras3.workers import worker_of
from migrate.pipeline.request import Options
from migrate.readers.environments import Backend
from migrate.results import CheckedArchive, ReaderOutcome, Reading
from migrate.worlds.host.pool import Pool


def check_archives(
    paths: Sequence[tuple[Path, str]],
    readers: Sequence[Reader],
    backends: Sequence[Backend],
    folder: Path,
    options: Options,
    cache: Path | None = None,
    rewritten_for: str = "",
) -> list[CheckedArchive]:
    """Every archive in every reader.

    Args:
        paths: archives, each with its name in the report.
        readers: Keras 3 releases.
        backends: to run each of them on.
        folder: to work in.
        options: trust, tolerance, seed, custom objects.
        cache: folder of environments; None for the user's.
        rewritten_for: releases that each archive is rewritten for before it is read, as ``--for`` does; empty to read
            it unchanged.
    """
    sources = [path.parent for path, _ in paths]
    refused: dict[str, str] = {}
    with Pool(1, folder, sources=sources) as pool, pool.slot() as slot:
        checker = Checker(slot, options, cache, backends[0])
        subjects: list[Subject] = []
        for path, source in paths:
            try:
                subjects.append(checker.subject(path, source))
            except MigrationError as error:
                refused[source] = f"{error.code}: {error.message}"
        subjects = checker.with_references(subjects)
        archives = {subject.source: _archives(checker, subject, rewritten_for) for subject in subjects}
        readings: dict[str, list[Reading]] = {subject.source: [] for subject in subjects}
        for one in readers:
            for backend in backends:
                try:
                    mine = [archives[subject.source].get(one.name, subject) for subject in subjects]
                    found = [read.reading for read in read_all(slot, one, backend, mine, cache)]
                    worker_of(slot, one, backend, cache).close()  # it is not needed again
                except MigrationError as error:
                    missing = f"{error.code}: {error.message}"
                    found = [
                        Reading(one.name, "?", backend.value, ReaderOutcome.MISSING, None, missing)
                        for _ in subjects
                    ]
                for subject, reading in zip(subjects, found, strict=True):
                    readings[subject.source].append(reading)
    known = {subject.source: subject for subject in subjects}
    return [
        CheckedArchive(source, "", refused[source], [])
        if source in refused
        else CheckedArchive(
            source, known[source].described.version, known[source].reference, readings[source]
        )
        for _, source in paths
    ]


def _archives(checker: Checker, subject: Subject, readers: str) -> dict[str, Subject]:
    """By reader: the subject as rewritten for it; empty if nothing is to be rewritten."""
    written = checker.rewritten(subject, readers) if readers else []
    return {one.name: archive.subject for archive in written for one in archive.readers}
