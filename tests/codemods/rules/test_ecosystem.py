"""ECO: objects of packages that stayed on Keras 2, and the code that stays there with them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from codemods.catalogue import load
from codemods.ecosystem import World, held_where_made, keras_2_only, packages
from codemods.names.repository import Repository
from codemods.options import Options
from codemods.run.runner import FileResult, run
from codemods.testing import check_noop, check_transformed
from codemods.testing import run as run_text

FIVE = """\
import tensorflow as tf
import tensorflow_hub as hub
import tensorflow_model_optimization as tfmot
import tensorflow_probability as tfp
from tensorflow.keras import layers
from transformers import TFBertModel

model = tf.keras.Sequential([hub.KerasLayer("https://tfhub.dev/google/nnlm-en-dim50/2"), layers.Dense(2)])
small = tfmot.quantization.keras.quantize_model(model)
flip = tf.keras.Sequential([tfp.layers.DenseFlipout(3)])
bert = TFBertModel.from_pretrained("bert-base-uncased")
line = tf.estimator.LinearClassifier(feature_columns=[])
"""

FLOWS = {
    "in a list": "m = tf.keras.Sequential([hub.KerasLayer(u)])",
    "added": "m = tf.keras.Sequential()\nm.add(hub.KerasLayer(u))",
    "called on a tensor": "x = tf.keras.Input((), dtype='string')\ny = hub.KerasLayer(u)(x)",
    "behind a name": "K = hub.KerasLayer\ne = K(u)\nm = tf.keras.Sequential([e])",
    "in a function": "def f():\n    return hub.KerasLayer(u)\nm = tf.keras.Sequential([f()])",
    "as a base class": "class E(hub.KerasLayer):\n    pass\nm = tf.keras.Sequential([E(u)])",
    "in custom_objects": "m = tf.keras.models.load_model('m.h5', custom_objects={'KerasLayer': hub.KerasLayer})",
    "in a wrapper of Keras": "d = tf.keras.layers.TimeDistributed(hub.KerasLayer(u))",
    "a model handed to the package": "q = tfmot.sparsity.keras.prune_low_magnitude(tf.keras.Sequential())",
    "a loss": "m = tf.keras.Sequential()\nm.compile(loss=tfp.layers.DenseFlipout)",
    "an own layer beside it": "class L(tf.keras.layers.Layer):\n    def call(self, x):\n        return self.e(x)\n"
    "    def build(self, s):\n        self.e = hub.KerasLayer(u)",
}
HEAD = (
    "import tensorflow as tf\nimport tensorflow_hub as hub\nimport tensorflow_model_optimization as tfmot\n"
)
HEAD += "import tensorflow_probability as tfp\n"


def imported_roots(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def test_the_five_lines_stay_in_one_world_and_each_is_named() -> None:
    outcome = run_text(FIVE)
    assert outcome.error is None
    assert {"tf_keras"} == imported_roots(outcome.text) & {"keras", "tf_keras"}
    assert "tf.keras" not in outcome.text
    left = {finding.line: finding.code for finding in outcome.findings if not finding.applied}
    assert left == {8: "ECO002", 9: "ECO001", 10: "ECO001", 11: "ECO001", 12: "ECO003"}
    assert sum(finding.code == "ECO002" for finding in outcome.findings) == 1


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("target", ["keras", "tf.keras"])
def test_code_that_meets_an_object_of_keras_2_stays(flow: str, target: str) -> None:
    outcome = run_text(f"{HEAD}u = ''\n{FLOWS[flow]}\n", target=target)
    assert outcome.error is None
    assert "tf_keras" in imported_roots(outcome.text)
    assert "keras" not in imported_roots(outcome.text)
    assert "tf.keras" not in outcome.text
    codes = [finding.code for finding in outcome.findings if not finding.applied]
    assert codes.count("ECO002") == 1


def test_what_the_package_cannot_be_imported_for_stays_as_it_is() -> None:
    check_noop(
        """\
        import tensorflow as tf
        import tensorflow_addons as tfa

        model = tf.keras.Sequential([tf.keras.layers.Dense(3)])
        model.compile(tfa.optimizers.Lookahead("sgd"), "mse")
        """,
        codes=["ECO002"],
    )


def test_each_object_is_named_once_where_the_first_keeps_the_file() -> None:
    text = "import tensorflow as tf\n\nL = tf.keras.layers\na = L.{0}(1)\nb = L.{0}(2)\n"
    found = run_text(text.format("DenseFeatures")).findings
    assert [(f.line, f.code) for f in found if not f.applied] == [(4, "ECO002"), (5, "ECO001")]
    found = run_text(text.format("DenseFeatures"), select=["ECO001"]).findings
    assert [(f.line, f.code) for f in found if not f.applied] == [(4, "ECO001"), (5, "ECO001")]


def test_objects_that_belong_to_no_keras_hold_nothing() -> None:
    check_transformed(
        """\
        import tensorflow as tf
        import tensorflow_hub as hub
        import tensorflow_probability as tfp
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")
        module = hub.load("folder")
        loss = lambda y, d: -tfp.distributions.Normal(d, 1.0).log_prob(y)
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        """,
        """\
        import keras
        import tensorflow_hub as hub
        import tensorflow_probability as tfp
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")
        module = hub.load("folder")
        loss = lambda y, d: -tfp.distributions.Normal(d, 1.0).log_prob(y)
        model = keras.Sequential([keras.layers.Dense(1)])
        """,
    )


def test_names_of_keras_that_take_arrays_do_not_hold() -> None:
    outcome = run_text(
        "import tensorflow_hub as hub\nfrom tensorflow.keras.utils import to_categorical\n"
        "y = to_categorical([1, 2])\nvectors = hub.KerasLayer('u')(['a'])\n"
    )
    assert "from keras.utils import to_categorical" in outcome.text
    assert [f.code for f in outcome.findings if not f.applied] == ["ECO001"]


def test_a_file_that_chose_tf_keras_has_only_notes() -> None:
    outcome = check_noop(
        "import tf_keras\nimport tensorflow_hub as hub\nm = tf_keras.Sequential([hub.KerasLayer('u')])\n",
        codes=["ECO001"],
    )
    assert {finding.severity.value for finding in outcome.findings} == {"info"}


def test_a_second_run_changes_nothing() -> None:
    once = run_text(FIVE).text
    assert run_text(once).text == once


@pytest.mark.parametrize("name", sorted(packages()))
def test_each_package_of_the_table_is_spoken_of(name: str) -> None:
    package = packages()[name]
    use = {"transformers": "TFModel", "tensorflow_probability": "layers.DenseFlipout"}.get(
        name, "keras.Thing"
    )
    outcome = run_text(
        f"import tensorflow as tf\nimport {name} as it\nm = tf.keras.Sequential([it.{use}()])\n"
    )
    codes = {finding.code for finding in outcome.findings if not finding.applied}
    if package.world.value == "keras3":
        assert not codes
    elif package.world.value == "gone":
        assert codes == {"ECO004"}
    elif name not in {"keras_applications", "keras_preprocessing", "hyperas"}:
        assert "ECO002" in codes
        assert "import keras" not in outcome.text.splitlines()
    else:
        assert "ECO001" in codes


# What Keras 2 itself had


COLUMNS = """\
import tensorflow as tf

columns = [tf.feature_column.numeric_column("age")]
model = tf.keras.Sequential([tf.keras.layers.DenseFeatures(columns), tf.keras.layers.Dense(1)])
"""


@pytest.mark.parametrize("target", ["keras", "tf.keras"])
def test_a_model_of_feature_columns_stays_whole(target: str) -> None:
    outcome = check_transformed(
        COLUMNS,
        """\
        import tensorflow as tf
        import tf_keras

        columns = [tf.feature_column.numeric_column("age")]
        model = tf_keras.Sequential([tf_keras.layers.DenseFeatures(columns), tf_keras.layers.Dense(1)])
        """,
        target=target,
    )
    left = [f for f in outcome.findings if not f.applied and f.severity.value != "info"]
    assert [(f.line, f.code) for f in left if f.code != "ECO001"] == [(4, "ECO002")]
    assert "keras.layers.DenseFeatures keeps this file on Keras 2" in str([f.message for f in left])
    assert "FeatureSpace" in str([f.hint for f in left])


@pytest.mark.parametrize("name", sorted(keras_2_only()))
def test_no_object_that_only_keras_2_has_stands_beside_keras_3(name: str) -> None:
    text = f"import tensorflow as tf\nm = tf.keras.Sequential([tf.{name}()])\n"
    outcome = run_text(text)
    codes = {finding.code for finding in outcome.findings if not finding.applied}
    assert "ECO002" in codes
    if keras_2_only()[name] is World.KERAS_2:
        assert outcome.text == text
    else:
        assert outcome.text == f"import tf_keras\nm = tf_keras.Sequential([tf_{name}()])\n"


@pytest.mark.parametrize("name", sorted(keras_2_only()))
def test_what_only_keras_2_has_is_known_to_be_gone(name: str) -> None:
    symbol = load().symbol(name)
    assert symbol is not None
    assert symbol.status == "removed"
    assert symbol.note


@pytest.mark.parametrize("name", sorted(held_where_made()))
def test_what_is_named_and_not_made_holds_nothing(name: str) -> None:
    outcome = run_text(
        f"import tensorflow as tf\nm = tf.keras.Sequential()\n\n\ndef f():\n    return tf.{name}\n"
    )
    assert "keras.Sequential()" in outcome.text
    assert "tf_keras" not in outcome.text


def test_feature_columns_without_a_layer_that_takes_them_hold_nothing() -> None:
    outcome = run_text(
        "import tensorflow as tf\nc = tf.feature_column.numeric_column('a')\nm = tf.keras.Sequential()\n"
    )
    assert "keras.Sequential()" in outcome.text
    assert "tf_keras" not in outcome.text
    assert [f.code for f in outcome.findings if not f.applied] == ["ECO005"]


def test_an_own_class_of_the_name_holds_nothing() -> None:
    outcome = run_text(
        "import tensorflow as tf\n\n\nclass DenseFeatures(tf.keras.layers.Layer):\n    pass\n\n\n"
        "m = tf.keras.Sequential([DenseFeatures()])\n"
    )
    assert imported_roots(outcome.text) == {"keras"}


# Several files


def test_a_builder_of_feature_columns_holds_the_file_that_calls_it(tmp_path: Path) -> None:
    files = {
        "columns.py": "from tensorflow.keras.layers import DenseFeatures\n\n\n"
        "def features(columns):\n    return DenseFeatures(columns)\n",
        "model.py": "from tensorflow import keras\nfrom columns import features\n\n"
        "m = keras.Sequential([features([]), keras.layers.Dense(1)])\n",
        "plain.py": "from tensorflow import keras\n\nm = keras.Sequential()\n",
    }
    results = rewritten(tmp_path, files)
    worlds = {name: world_of(item, files[name]) for name, item in results.items()}
    assert worlds == {"columns.py": "tf_keras", "model.py": "tf_keras", "plain.py": "keras"}


def rewritten(folder: Path, files: dict[str, str]) -> dict[str, FileResult]:
    (folder / "pyproject.toml").write_text("")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    paths = sorted(path for path in folder.rglob("*.py"))
    return {item.path.relative_to(folder).as_posix(): item for item in run(paths, Options())}


def world_of(item: FileResult, old: str) -> str:
    text = item.new.decode() if item.new is not None else old
    roots = imported_roots(text) & {"keras", "tf_keras"}
    return "+".join(sorted(roots)) or "unmoved"


LAYERS = "from tensorflow import keras\n\n\nclass Scale(keras.layers.Layer):\n    pass\n"
PATHS = "import os\nimport tensorflow.keras as K\n\nROOT = os.getcwd()\nMODEL = K.Sequential\n"


def test_files_are_connected_by_the_names_that_carry_keras(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from .layers import Scale\n",
        "pkg/layers.py": LAYERS,
        "pkg/paths.py": PATHS,
        "pkg/hubbed.py": "import tensorflow as tf\nimport tensorflow_hub as hub\nfrom pkg import Scale\n"
        "from pkg.paths import ROOT\n\n\ndef build():\n"
        "    return tf.keras.Sequential([hub.KerasLayer(ROOT), Scale()])\n",
        "pkg/plain.py": "import tensorflow as tf\nfrom pkg.paths import ROOT\n\nm = tf.keras.Sequential()\n",
        "train.py": "from tensorflow import keras\nfrom pkg.hubbed import build\n\n"
        "build().compile(keras.optimizers.Adam(1e-3), 'mse')\n",
        "other.py": "from tensorflow import keras\nfrom pkg.layers import Scale\n\nm = keras.Sequential([Scale()])\n",
    }
    results = rewritten(tmp_path, files)
    worlds = {name: world_of(item, files[name]) for name, item in results.items()}
    assert worlds == {
        "pkg/__init__.py": "unmoved",
        "pkg/layers.py": "tf_keras",
        "pkg/paths.py": "keras",
        "pkg/hubbed.py": "tf_keras",
        "pkg/plain.py": "keras",
        "train.py": "tf_keras",
        "other.py": "tf_keras",
    }
    why = [f for f in results["other.py"].findings if f.code == "ECO002"]
    assert len(why) == 1
    assert "tensorflow_hub.KerasLayer (pkg/hubbed.py, line 8)" in why[0].message


def test_a_builder_without_keras_of_its_own_connects_too(tmp_path: Path) -> None:
    files = {
        "embed.py": "import tensorflow_hub as hub\n\n\ndef embedding():\n    return hub.KerasLayer('u')\n",
        "model.py": "from tensorflow import keras\nimport embed\n\nm = keras.Sequential([embed.embedding()])\n",
    }
    results = rewritten(tmp_path, files)
    assert world_of(results["model.py"], files["model.py"]) == "tf_keras"


def test_one_object_that_does_not_import_keeps_all_connected_files_as_they_are(tmp_path: Path) -> None:
    files = {
        "a.py": LAYERS,
        "b.py": "import tensorflow as tf\nimport tensorflow_addons as tfa\nfrom a import Scale\n\n"
        "m = tf.keras.Sequential([Scale(), tfa.layers.WeightNormalization(tf.keras.layers.Dense(2))])\n",
    }
    results = rewritten(tmp_path, files)
    assert {name: world_of(item, files[name]) for name, item in results.items()} == {
        "a.py": "unmoved",
        "b.py": "unmoved",
    }


def test_a_package_finds_nothing_in_its_own_sources(tmp_path: Path) -> None:
    files = {
        "keras_contrib/__init__.py": "from . import layers\n",
        "keras_contrib/layers/__init__.py": "from .norm import InstanceNormalization\n",
        "keras_contrib/layers/norm.py": "from keras_contrib.utils import to_tuple\nfrom keras.layers import Layer\n\n\n"
        "class InstanceNormalization(Layer):\n    pass\n",
        "keras_contrib/utils.py": "def to_tuple(x):\n    return tuple(x)\n",
        "examples/run.py": "import keras\nfrom keras_contrib.layers import InstanceNormalization\n\n"
        "m = keras.Sequential([InstanceNormalization()])\n",
    }
    results = rewritten(tmp_path, files)
    assert not [f for item in results.values() for f in item.findings if f.code.startswith("ECO")]


HUBBED = (
    "import tensorflow as tf\nimport tensorflow_hub as hub\nm = tf.keras.Sequential([hub.KerasLayer('u')])\n"
)
ADDED = "import tensorflow as tf\nimport tensorflow_addons as tfa\nm = tf.keras.Sequential([tfa.layers.Maxout(2)])\n"


def pins_of(folder: Path, code: str, requirements: str) -> FileResult:
    (folder / "pyproject.toml").write_text("")
    (folder / "model.py").write_text(code)
    (folder / "requirements.txt").write_text(requirements)
    results = list(run([folder / "model.py", folder / "requirements.txt"], Options(unsafe=True)))
    return results[1]


def test_a_project_with_code_that_stays_must_require_tf_keras(tmp_path: Path) -> None:
    alone = pins_of(tmp_path, HUBBED, "tensorflow>=2.16\n")
    assert [finding.code for finding in alone.findings] == ["PIN008"]
    assert not pins_of(tmp_path, HUBBED, "tensorflow>=2.16\ntf-keras\n").findings


def test_the_pins_of_code_that_stays_as_it_is_stay(tmp_path: Path) -> None:
    kept = pins_of(tmp_path, ADDED, "tensorflow==2.10.0\nkeras==2.10.0\n")
    assert kept.new is None
    assert {finding.code for finding in kept.findings} == {"PIN001", "PIN002"}


# Names of TensorFlow


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("import tensorflow as tf\nx = tf.estimator.RunConfig()\n", "tf.estimator"),
        ("from tensorflow.contrib import layers\nx = layers.fully_connected\n", "tf.contrib"),
        ("import tensorflow as tf\nx = tf.placeholder('float32')\n", "tf.placeholder"),
        (
            "import tensorflow.compat.v1 as tf\nx = tf.nn.rnn_cell.LSTMCell(3)\n",
            "tf.compat.v1.nn.rnn_cell.LSTMCell",
        ),
        ("import tensorflow.contrib.slim\n", "tf.contrib"),
    ],
)
def test_names_that_tensorflow_no_longer_has(text: str, gone: str) -> None:
    outcome = check_noop(text, codes=["ECO003"])
    assert gone in outcome.findings[0].message


def test_names_of_tensorflow_1_that_need_no_graph() -> None:
    head = "import tensorflow as tf\nfrom tensorflow import logging\n"
    outcome = run_text(
        f"{head}logging.info(1)\nc = tf.ConfigProto(gpu_options=tf.GPUOptions())\ntf.Session(config=c)\n"
    )
    assert outcome.text == (
        "import tensorflow as tf\ntf.compat.v1.logging.info(1)\n"
        "c = tf.compat.v1.ConfigProto(gpu_options=tf.compat.v1.GPUOptions())\ntf.Session(config=c)\n"
    )
    assert [finding.code for finding in outcome.findings if not finding.applied] == ["ECO003"]


def test_names_that_tensorflow_has() -> None:
    check_noop("import tensorflow.compat.v1 as tf\nx = tf.placeholder('float32')\n", codes=[])
    check_noop("import tensorflow as tf\nx = tf.train.Checkpoint()\ny = tf.io.gfile.exists('a')\n", codes=[])


def test_a_package_that_the_project_has_for_keras_3_holds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    text = "import keras\nfrom keras_pos_embd import *\nimport keras_bert\n\n"
    text += "model = keras.Sequential([keras_bert.get_model(), keras.layers.Dense(output_dim=2)])\n"
    file.write_text(text)
    (held,) = run([file], Options())
    assert {"ECO001", "ECO002"} & {finding.code for finding in held.findings}
    (half,) = run([file], Options(ported=("keras_bert",)))
    assert {finding.symbol.partition(".")[0] for finding in half.findings} >= {"keras_pos_embd"}
    (free,) = run([file], Options(ported=("keras_bert", "keras_pos_embd")))
    assert {finding.code for finding in free.findings} == {"KON001"}
    assert free.new == text.replace("output_dim", "units").encode()


def test_packages_that_stand_side_by_side_hold_nothing_of_each_other(tmp_path: Path) -> None:
    """As in ``site-packages``: nothing says that they belong together, and there are thousands of them."""
    for name, text in (("one", "from keras.layers import Dense\n"), ("two", FIVE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    repository = Repository()
    assert repository.islands(tmp_path / "one" / "__init__.py") is None
    assert repository.islands(tmp_path / "two" / "__init__.py") is not None


# What is told of a package, and where


def found_in(text: str, code: str, **options: str) -> list[tuple[int, str, str, str]]:
    outcome = run_text(text, **options)
    return [(f.line, str(f.severity), f.message, f.hint) for f in outcome.findings if f.code == code]


def test_a_package_that_no_longer_imports_is_an_error() -> None:
    text = "import tensorflow_addons as tfa\n\noptimizer = tfa.optimizers.AdamW(1e-4)\n"
    ((line, severity, message, _),) = found_in(text, "ECO001")
    assert (line, severity) == (3, "error")
    assert "tensorflow-addons" in message


def test_an_object_of_a_package_that_goes_with_tf_keras_is_a_warning() -> None:
    text = (
        "import tensorflow_hub as hub\n\nembed = hub.KerasLayer('https://tfhub.dev/google/nnlm-en-dim50/2')\n"
    )
    ((line, severity, message, _),) = found_in(text, "ECO001")
    assert (line, severity) == (3, "warning")
    assert message.startswith("tensorflow_hub.KerasLayer")
    assert "tf_keras" in message


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("import tensorflow_addons as tfa\n\nprint(tfa)\n", []),
        ("from tensorflow_hub import KerasLayer\n", [1]),
        ("from tensorflow_hub import KerasLayer as Hub\n\nHub('u')\n", [3]),
        ("from tensorflow_hub import load\n", []),
        ("import tensorflow_addons.layers\n", [1]),
        ("from tensorflow_addons.layers import *\n\nlayer = Maxout(3)\n", [1]),
    ],
)
def test_each_object_is_told_once(text: str, lines: list[int]) -> None:
    assert [line for line, *_ in found_in(text, "ECO001")] == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("from tensorflow import estimator as est\n", [1]),
        ("from tensorflow import estimator as est\n\nest.RunConfig()\n", [3]),
        ("from tensorflow.contrib.layers import *\n\nx = conv2d(y)\n", [1]),
        (
            "import tensorflow.contrib\nimport tensorflow as tf\n\ntf.feature_column.input_layer(x, y)\n",
            [1, 4],
        ),
    ],
)
def test_each_name_that_tensorflow_lost_is_told_once(text: str, lines: list[int]) -> None:
    assert [line for line, *_ in found_in(text, "ECO003")] == lines


def test_feature_columns_that_are_gone_are_no_columns_that_nothing_takes() -> None:
    text = "import tensorflow as tf\n\na = tf.feature_column.numeric_column('a')\n"
    assert len(found_in(text, "ECO005")) == 1
    assert not found_in("import tensorflow as tf\n\ntf.feature_column.input_layer(x, y)\n", "ECO005")


def test_an_estimator_of_a_model_is_told_by_one_rule() -> None:
    text = (
        "import tensorflow as tf\n\nmodel = tf.keras.Sequential([tf.keras.layers.DenseFeatures([])])\n"
        "estimator = tf.keras.estimator.model_to_estimator(model)\n"
    )
    assert [line for line, *_ in found_in(text, "ECO001")] == [3]
    assert [line for line, *_ in found_in(text, "API005")] == [4]
    ((line, _, message, hint),) = found_in(text, "ECO002")
    assert line == 4
    assert "tf_keras" not in message
    assert "TensorFlow 2.15" in hint


def test_a_file_that_stays_says_where_and_until_when() -> None:
    text = (
        "import tensorflow as tf\nimport tensorflow_hub as hub\nfrom tensorflow_hub import KerasLayer\n\n"
        "model = tf.keras.Sequential()\nmodel.add(hub.KerasLayer('a'))\nmodel.add(hub.KerasLayer('b'))\n"
    )
    ((line, _, message, hint),) = found_in(text, "ECO002")
    assert line == 6
    assert message.startswith("tensorflow_hub.KerasLayer")
    assert "tf_keras" in message
    assert "tf-keras" in hint
    assert "TF_USE_LEGACY_KERAS" not in hint


def test_a_package_that_needs_the_switch_says_so() -> None:
    name = next(p.name for p in packages().values() if p.world is World.SWITCH)
    text = (
        f"import tensorflow as tf\nimport {name}\n\nmodel = tf.keras.Sequential([{name}.TFBertModel('a')])\n"
    )
    ((_, _, _, hint),) = found_in(text, "ECO002")
    assert "TF_USE_LEGACY_KERAS" in hint


def test_another_file_with_the_object_is_named_and_only_there_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "names.py").write_text("import tensorflow_hub as hub\nfrom tensorflow.keras import layers\n")
    (tmp_path / "net.py").write_text(
        "import keras\nfrom names import hub, layers\n\n"
        "model = keras.Sequential([hub.KerasLayer('a'), layers.DenseFeatures([])])\n"
    )
    results = {result.path.name: result for result in run(sorted(tmp_path.glob("*.py")), Options())}
    found = [f for f in results["net.py"].findings if f.code in {"ECO001", "ECO002"}]
    assert [f.code for f in found] == ["ECO002"]


def test_a_file_that_stays_names_the_first_line_and_not_the_outermost() -> None:
    text = (
        "import tensorflow as tf\nimport tensorflow_hub as hub\n\n\ndef build():\n    if tf.version:\n"
        "        return tf.keras.Sequential([hub.KerasLayer('a')])\n\n\nembed = hub.KerasLayer('b')\n"
    )
    ((line, *_),) = found_in(text, "ECO002")
    assert line == 7


def test_the_object_that_keeps_a_file_is_said_once_where_its_line_moves() -> None:
    head = "from tensorflow import keras\nimport tensorflow as tf\nfrom keras_transformer import gelu\n\n"
    found = run_text(
        head + "model = tf.keras.Sequential()\na = gelu(model)\nb = gelu(keras.layers.Dense(1))\n"
    ).findings
    assert [(f.line, f.code) for f in found if not f.applied] == [(6, "ECO002"), (7, "ECO001")]
