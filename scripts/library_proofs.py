"""Run what LIB003 to LIB007 rewrite with the old releases as written, and with those of today as rewritten.

    python scripts/library_proofs.py OLD_PYTHON NEW_PYTHON

``OLD_PYTHON`` has SciPy 1.2, pandas below 1.0, scikit-learn below 0.20 and Pillow; ``NEW_PYTHON`` has those of today.
Programs assign ``result``. Of pictures the functions that are written out are compared with those of SciPy, pixel by
pixel; where SciPy raised there is nothing to compare.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.testing import run  # noqa: E402

SOURCE = "import keras\nfrom scipy.misc import imread, imresize, imsave\nimport numpy as np\n"
CASES = '''
import itertools, os, warnings
import numpy as np
from PIL import Image

warnings.simplefilter("ignore")


def results(imread, imresize, imsave):
    """By name: what each call gave; nothing where it raised."""
    found, draw = {}, np.random.RandomState(0)

    def keep(name, call, *given):
        try:
            found[name] = call(*given)
        except Exception:
            pass

    grey, rgb, rgba = (draw.randint(0, 256, s).astype("uint8") for s in [(13, 17), (13, 17, 3), (13, 17, 4)])
    arrays = {
        "grey": grey, "rgb": rgb, "rgba": rgba, "channels first": np.moveaxis(rgb, -1, 0), "bool": grey > 100,
        "double": draw.rand(13, 17), "colour doubles": draw.randn(9, 8, 3), "constant": np.ones((4, 4)),
        "integers": draw.randint(-5, 300, (13, 17)), "two axes of 3": draw.rand(3, 5, 3),
        "float": draw.randn(13, 17).astype("float32"), "16 bits": draw.randint(0, 60000, (13, 17)).astype("uint16"),
    }
    sizes = [(20, 9), 50, 150, 0.4, 1.7, np.int64(30)]
    methods = ["nearest", "bilinear", "bicubic", "lanczos", "cubic"]
    for (name, array), size, method in itertools.product(arrays.items(), sizes, methods):
        for mode in [None, "F" if array.ndim == 2 else "RGB"]:
            keep("resize %s %s %s %s" % (name, size, method, mode), imresize, array, size, method, mode)
    for name, array in arrays.items():
        keep("save " + name, lambda: (imsave("x.png", array), np.array(Image.open("x.png")))[1])
    paletted = Image.fromarray(rgb).convert("P")
    for name, picture in {"p.png": paletted, "c.png": Image.fromarray(rgb), "one.png": Image.fromarray(grey > 99),
                          "a.png": Image.fromarray(rgba), "g.png": Image.fromarray(grey), "j.jpg": Image.fromarray(rgb),
                          "k.jpg": Image.fromarray(rgb).convert("CMYK")}.items():
        picture.save(name)
    paletted.save("t.png", transparency=0)
    files = sorted(name for name in os.listdir(".") if name.endswith((".png", ".jpg")) and name != "x.png")
    for name, flatten, mode in itertools.product(files, [False, True], [None, "L", "RGB"]):
        keep("read %s %s %s" % (name, flatten, mode), imread, name, flatten, mode)
    return found
'''
OLD = "from scipy.misc import imread, imresize, imsave\nnp.savez('old.npz', **results(imread, imresize, imsave))\n"
NEW = """
old, new = np.load('old.npz'), results(imread, imresize, imsave)
bad = [n for n in old.files if n not in new or old[n].dtype != new[n].dtype or not np.array_equal(old[n], new[n])]
print('LIB007:', len(old.files) - len(bad), 'of', len(old.files), 'equal', *bad[:9], sep=' ')
raise SystemExit(bool(bad))
"""


PROGRAMS = {
    "LIB003": """\
import keras
import numpy as np
from scipy.misc import comb, factorial, logsumexp
from sklearn.cross_validation import train_test_split
from sklearn.grid_search import ParameterGrid
x = np.arange(23).reshape(23, 1)
parts = [train_test_split(x, x[:, 0], test_size=size, random_state=7) for size in (0.2, 0.5, 6)]
result = [[p.tolist() for part in parts for p in part], float(logsumexp([1.0, 2.0])), float(comb(7, 3))]
result += [float(factorial(5)), list(ParameterGrid({"a": [1, 2], "b": [3]}))]
""",
    "LIB005 and LIB006": """\
import keras
import numpy as np
import pandas as pd
frame = pd.DataFrame({"a": [1.5, 2.0], "b": [3, 4], "c": ["x", "y"]}, columns=["a", "b", "c"])
some = frame.as_matrix(columns=["b", "a"])
hot = pd.get_dummies(frame["c"]).as_matrix()
result = [some.tolist(), str(some.dtype), frame.as_matrix().tolist(), hot.tolist(), str(hot.dtype), (hot - 1).tolist()]
""",
}


def programs(old: str, new: str) -> int:
    """Run the programs; the number of those that differ."""
    bad = 0
    for name, text in PROGRAMS.items():
        outcome = run(text, unsafe=True)
        show = "\nimport json\nprint(json.dumps(result, sort_keys=True))\n"
        answers = [
            subprocess.run(
                [python, "-W", "ignore", "-c", code.replace("import keras\n", "") + show],
                check=True, capture_output=True, text=True,
            ).stdout
            for python, code in ((old, text), (new, outcome.text))
        ]  # fmt: skip
        equal = answers[0] == answers[1]
        bad += not equal
        sys.stdout.write(f"{name}: {'equal' if equal else 'differs'}\n")
        sys.stdout.flush()
    return bad


def main() -> int:
    """Run both sides in one folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old")
    parser.add_argument("new")
    arguments = parser.parse_args()
    bad = programs(arguments.old, arguments.new)
    written = run(SOURCE).text.replace("import keras\n", "")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"old.py": CASES + OLD, "new.py": written + CASES + NEW}.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        subprocess.run([arguments.old, "old.py"], cwd=folder, check=True)
        return subprocess.run([arguments.new, "new.py"], cwd=folder, check=False).returncode or min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
