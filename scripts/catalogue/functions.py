"""Print the parameters of every function in ``overlay/functions.tsv`` as JSON, from the live libraries.

Runs as its own process: ``keras.backend`` names are asked of tf-keras, ``tf`` names of TensorFlow. A
function that left both has no answer, and the tables carry an empty signature.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import probe


def find(name: str) -> Any:
    """The live function, or None."""
    import tensorflow
    import tf_keras

    place: Any = tensorflow if name.startswith("tf.") else tf_keras
    for part in name.removeprefix("tf.").split("."):
        place = getattr(place, part, None)
    return place


def main() -> None:
    """Print the answer."""
    table = Path(__file__).parent / "overlay" / "functions.tsv"
    with table.open(encoding="utf-8", newline="") as stream:
        names = [
            name
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            for name in row["function"].split()
        ]
    answer: dict[str, str] = {}
    for name in names:
        function = find(name)
        rows = probe.parameters(function) if function is not None else None
        if rows:
            answer[name] = " ".join(
                f"{row[0]}" + ("" if row[2] is None else f"={row[2]}".replace(" ", ""))
                for row in rows
                if row[1] in {"both", "positional", "keyword"}
            )
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
