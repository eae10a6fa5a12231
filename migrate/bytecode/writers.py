"""Which Pythons a writer of files could have run on, and which TensorFlow it had.

The version of Python is not in the file. Source of the ranges: the classifiers of the packages ``tensorflow`` and
``keras`` of each release.
"""

from __future__ import annotations

from packaging.version import Version

_PYTHONS: tuple[tuple[str, str, str], ...] = (
    ("2.16", "3.9", "3.13"),
    ("2.14", "3.9", "3.11"),
    ("2.12", "3.8", "3.11"),
    ("2.8", "3.7", "3.10"),
    ("2.7", "3.7", "3.9"),
    ("2.5", "3.6", "3.9"),
    ("2.4", "3.4", "3.8"),
    ("2.3", "2.7", "3.8"),
    ("0", "2.7", "3.7"),
)
"""From which version of Keras on, the oldest and the newest Python."""


def pythons_of(keras: Version, versions: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the versions that a release of Keras supported."""
    for since, oldest, newest in _PYTHONS:
        if keras >= Version(since):
            return tuple(v for v in versions if Version(oldest) <= Version(v) <= Version(newest))
    return versions


def tensorflow_of(keras: Version, tf_keras: bool) -> int | None:
    """The major version of TensorFlow that a file was written with; None where it could be either.

    Stand-alone Keras before 2.3 runs on TensorFlow 1 alone; 2.3 on both. ``2.2.4-tf`` is written by TensorFlow 1.13 to
    2.1; from 2.3 on ``tf.keras`` belongs to TensorFlow 2.2 and later.
    """
    if tf_keras:
        return 2 if keras >= Version("2.3") else None if keras >= Version("2.2.4") else 1
    return 1 if keras < Version("2.3") else 2 if keras >= Version("2.4") else None
