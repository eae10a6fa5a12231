"""The folder that ``every_call.py`` and ``every_package.py`` write: models, what was recorded, and what was refused."""

import argparse
import json
import os

import numpy as np

from kit import open_kit


def opened(about, only):
    """The kit, the folder and the value of ``--only`` of a command line; ``about`` and ``only`` are said by ``--help``."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    parser.add_argument("--era", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", default="", help=only)
    options = parser.parse_args()
    out = os.path.abspath(options.out)
    for folder in ("models", "recorded"):
        os.makedirs(os.path.join(out, folder), exist_ok=True)
    return open_kit(options.era), out, options.only


def model_path(out, name):
    """Where the model of a case is written."""
    return os.path.join(out, "models", name + ".h5")


def keep(out, name, arrays, subject, kinds, said):
    """Write what was recorded of a model, and what it is."""
    np.savez_compressed(os.path.join(out, "recorded", name + ".npz"), **arrays)
    facts = {"subject": subject, "kinds": kinds, "said": said, "form": "h5", "suffix": ".h5", "layers": []}
    with open(os.path.join(out, "recorded", name + ".json"), "w") as handle:
        json.dump(facts, handle, sort_keys=True)


def write_each(kit, out, cases, write):
    """Write each case that can be built, and list the others; gives the exit status.

    Each case is its name, what is said of it where it is refused, and what ``write(name, given)`` is given.
    """
    refused, written = {}, 0
    for name, said, given in cases:
        kit.reset()
        try:
            write(name, given)
            written += 1
        except Exception as error:  # what an era or a package has not, or refuses, is no model
            refused[name] = said + ["{}: {}".format(type(error).__name__, str(error)[:200])]
            if os.path.exists(model_path(out, name)):
                os.remove(model_path(out, name))
    with open(os.path.join(out, "recorded", kit.era + ".refused.json"), "w") as handle:
        json.dump(refused, handle, sort_keys=True, indent=0, default=str)
    print("{}: wrote {}, refused {}".format(kit.era, written, len(refused)))
    return int(not written)
