"""``fit`` and its relatives, loops over batches, generators, keys of a history: on which objects, how called."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run
from migrate.findings import Fix

HEAD = "import keras\nfrom other import f, g\nm = keras.Sequential([keras.layers.Dense(1)])\n"


def found(lines: str, code: str, version: str = "3.15") -> list[tuple[Fix, bool]]:
    return [
        (f.fix, f.applied) for f in run(HEAD + lines, select=[code], unsafe=True, version=version).findings
    ]


def becomes(before: str, after: str, *codes: str) -> None:
    check_transformed(HEAD + before, HEAD + after, select=codes, unsafe=True)


def stays(lines: str, *codes: str, version: str = "3.15") -> None:
    check_noop(HEAD + lines, select=codes, unsafe=True, codes=[], version=version)


def test_positions_of_compile() -> None:
    becomes("m.compile(f, g, ['acc'])\n", "m.compile(f, g, metrics=['acc'])\n", "TRN001")
    for line in (
        "m.compile(f, g)",
        "m.compile(f, g, *f)",
        "m.compile(*f)",
        "m.compile(f, g, ['acc'], metrics=f)",
        "m.compile(1, 2, 3, 4, 5, 6, 7, 8, 9)",
        "compile(f, g, ['acc'])",
        "f.pattern.evaluate(1, 2, 3, 4, 5, 6, 7, 8)",
    ):
        stays(f"{line}\n", "TRN001")


def test_loading_belongs_to_the_data() -> None:
    becomes("m.fit(f, workers=4, max_queue_size=9, verbose=1)\n", "m.fit(f, verbose=1)\n", "TRN002")
    for line in ("m.fit(f, verbose=1)", "fit(f, workers=4)", "keras.layers.Dense(1).fit(f, workers=4)"):
        stays(f"{line}\n", "TRN002")
    own = (
        "class Net(keras.Model):\n    def fit(self, x, workers):\n        pass\n\n\nNet().fit(f, workers=4)\n"
    )
    stays(own, "TRN002")


def test_predictions_of_classes() -> None:
    becomes("m.predict_proba(f)\n", "m.predict(f)\n", "TRN005")
    becomes("m.predict_classes(f)\n", "m.predict(f).argmax(axis=-1)\n", "TRN004")
    for line in ("predict_proba(f)", "m.predict_proba(X=f)", "keras.layers.Dense(1).predict_proba(f)"):
        stays(f"{line}\n", "TRN004", "TRN005")
    own = (
        "class Net(keras.Model):\n    def predict_proba(self, x):\n        pass\n\n\nNet().predict_proba(f)\n"
    )
    stays(own, "TRN005")


def test_estimators_predict_themselves() -> None:
    unknown = "def score(thing):\n    return thing.predict_proba(f)\n"
    assert found(unknown, "TRN005")
    stays(f"import sklearn.svm\n{unknown}", "TRN005")
    assert found("import sklearn.svm\nm.predict_proba(f)\n", "TRN005")


def test_names_of_metrics_and_of_the_rate() -> None:
    assert found("m.metrics_names\n", "TRN014")
    stays("f.metrics_names\n", "TRN014")
    becomes("h = m.fit(f)\nh.history['lr']\n", "h = m.fit(f)\nh.history['learning_rate']\n", "TRN015")
    for line in ("h.history['loss']", "h.history", "h.history[f]", "m.history['lr']"):
        stays(f"h = m.fit(f)\n{line}\n", "TRN015")


def test_metrics_of_a_batch() -> None:
    becomes("m.train_on_batch(f, reset_metrics=True)\n", "m.train_on_batch(f)\n", "TRN006")
    for line in ("m.train_on_batch(f, reset_metrics=False)", "m.train_on_batch(f, reset_metrics=g)"):
        assert found(f"{line}\n", "TRN006") == [(Fix.MANUAL, False)]
    stays("f.train_on_batch(g, reset_metrics=True)\n", "TRN006")


def test_a_batch_adds_to_the_metrics_until_a_reset() -> None:
    assert found("m.train_on_batch(f)\n", "TRN007", "3.12")
    stays("m.train_on_batch(f)\n", "TRN007", version="3.13")
    stays("m.reset_metrics()\nm.train_on_batch(f)\n", "TRN007", version="3.12")
    stays(
        "if f:\n    pass\nelse:\n    m.reset_metrics()\n    m.train_on_batch(f)\n", "TRN007", version="3.12"
    )
    assert found("m.train_on_batch(f)\nm.reset_metrics()\n", "TRN007", "3.12")
    assert found("if f:\n    m.reset_metrics()\nelse:\n    m.train_on_batch(f)\n", "TRN007", "3.12")


def test_states_are_reset() -> None:
    metric = "a = keras.metrics.Mean()\n"
    becomes(f"{metric}a.reset_states()\n", f"{metric}a.reset_state()\n", "TRN010")
    loop = "for layer in m.layers:\n    if hasattr(layer, 'reset_states'):\n        layer.reset_states()\n"
    becomes("m.reset_states()\n", loop, "TRN009")
    assert found("f(m.reset_states())\n", "TRN009") == [(Fix.MANUAL, False)]
    for line in (
        "m.reset_states(f)",
        "m.reset_states(states=f)",
        "a.reset_states(f)",
        "a.reset_states(x=f)",
        "f.reset_states()",
    ):
        stays(f"{metric}{line}\n", "TRN009", "TRN010")


YIELDS = "def batches():\n    yield {}\n\n\n{}\n"


@pytest.mark.parametrize(
    "use",
    [
        "m.fit(batches())",
        "m.fit(x=batches())",
        "b = batches()\nm.fit(b)",
        "b = batches()\nm.fit_generator(generator=b)",
        "class A:\n    def go(self):\n        m.predict(self.batches())",
        "class A:\n    def go(cls):\n        m.evaluate(cls.batches())",
    ],
)
def test_generators_yield_tuples(use: str) -> None:
    becomes(YIELDS.format("[f, g], g", use), YIELDS.format("(f, g), g", use), "TRN018")
    becomes(YIELDS.format("[f, g], g, f", use), YIELDS.format("(f, g), g, f", use), "TRN018")
    becomes(YIELDS.format("[f, g]", use), YIELDS.format("(f, g)", use), "TRN018")


@pytest.mark.parametrize(
    "value", ["[f]", "[f], g", "f, g", "[f, g], g, f, g", "f, g, [f, g]", "f([f, g]), g"]
)
def test_other_values_of_generators_stay(value: str) -> None:
    stays(YIELDS.format(value, "m.fit(batches())"), "TRN018")


@pytest.mark.parametrize(
    "use",
    [
        "f(batches())",
        "m.other(batches())",
        "m.fit(other())",
        "m.fit(batches)",
        "m.fit(f.batches())",
        "m.fit(f().batches())",
        "m.fit(self.other())",
        "b = other()\nm.fit(b)",
        "b = batches()\nm.fit(c)",
        "fit(batches())",
    ],
)
def test_generators_for_something_else_stay(use: str) -> None:
    stays(YIELDS.format("[f, g], g", use), "TRN018")


def test_a_list_by_a_name() -> None:
    body = "    a = [f, g]\n"
    text = YIELDS.format("a, g", "m.fit(batches())").replace("    yield", f"{body}    yield")
    becomes(text, text.replace("yield a", "yield tuple(a)"), "TRN018")
    for other in ("    a = [f]\n", "    a = f\n", "    a = [f, g]\n    a = f\n", "    a += [f, g]\n"):
        stays(text.replace(body, other), "TRN018")


FLOW = "d = f.flow(g, batch_size=32)\n"


def test_generators_are_given_to_fit() -> None:
    becomes("m.fit_generator(f)\n", "m.fit(f)\n", "TRN003")
    becomes("m.fit_generator(f, 9, 2)\n", "m.fit(f, steps_per_epoch=9, epochs=2)\n", "TRN003")
    becomes("m.fit_generator(generator=f, nb_epoch=2, workers=3)\n", "m.fit(x=f, epochs=2)\n", "TRN003")
    stays("fit_generator(f)\n", "TRN003")
    stays("keras.layers.Dense(1).fit_generator(f)\n", "TRN003")
    stays("unknown.fit_generator(f, own=1)\n", "TRN003")
    assert found("unknown.fit_generator(f, epochs=1)\n", "TRN003")
    assert found("m.fit_generator(f, own=1)\n", "TRN003") != []
    own = (
        "class Net(keras.Model):\n    def fit_generator(self, x):\n        pass\n\n\nNet().fit_generator(f)\n"
    )
    stays(own, "TRN003")
    for line in (
        "m.fit_generator(*f)",
        "m.evaluate_generator(f, 1, 2, 3)",
        "m.fit_generator(f, samples_per_epoch=9)",
    ):
        assert found(f"{line}\n", "TRN003") == [(Fix.MANUAL, False)]


@pytest.mark.parametrize("method", ["flow", "flow_from_directory", "flow_from_dataframe"])
def test_counts_of_samples_are_divided(method: str) -> None:
    made = FLOW.replace("flow", method)
    text = run(f"{HEAD}{made}m.fit_generator(d, samples_per_epoch=f)\n", select=["TRN003"], unsafe=True).text
    assert text.endswith("m.fit(d, steps_per_epoch=math.ceil(f / 32))\n")


@pytest.mark.parametrize(
    "made",
    [
        FLOW.replace("flow", "other"),
        FLOW.replace("f.flow", "flow"),
        FLOW.replace(", batch_size=32", ""),
        FLOW.replace("32", "f()"),
        FLOW + "d = f\n",
        "d = f\n",
        "for d in f.flow(g, batch_size=32):\n    pass\n",
    ],
)
def test_counts_of_samples_without_a_size_are_for_a_person(made: str) -> None:
    assert found(f"{made}m.fit_generator(d, samples_per_epoch=f)\n", "TRN003") == [(Fix.MANUAL, False)]


def test_fractions_of_steps_are_rounded() -> None:
    for before in ("f / 2", "f.g / g"):
        text = run(f"{HEAD}m.fit(f, steps_per_epoch={before})\n", select=["TRN034"], unsafe=True).text
        assert text.endswith(f"m.fit(f, steps_per_epoch=math.ceil({before}))\n")
    assert found("n = f / 2\nm.fit(f, steps_per_epoch=n)\n", "TRN034")
    for line in (
        "m.fit(f, steps_per_epoch=f // 2)",
        "m.fit(f, steps_per_epoch=f)",
        "m.fit(f, epochs=f / 2)",
        "m.evaluate(f, validation_steps=f / 2)",
        "f.fit(f, steps_per_epoch=f / 2)",
        "n = f / 2\nn = 3\nm.fit(f, steps_per_epoch=n)",
        "n = k\nk = f / 2\nm.fit(f, steps_per_epoch=n)",
        "n += f / 2\nm.fit(f, steps_per_epoch=n)",
        "for n in f / 2:\n    m.fit(f, steps_per_epoch=n)",
        "m.fit(f, steps_per_epoch=unknown)",
    ):
        stays(f"{line}\n", "TRN034")


ACCURACY = "m.compile('adam', 'mse', metrics=['accuracy'])\nh = m.fit(f)\n"
KEYED = {
    "keras.callbacks.EarlyStopping(monitor='val_acc')": "keras.callbacks.EarlyStopping(monitor='val_accuracy')",
    "keras.callbacks.EarlyStopping('acc')": "keras.callbacks.EarlyStopping('accuracy')",
    "keras.callbacks.ModelCheckpoint('{val_acc:.2f}.keras')": (
        "keras.callbacks.ModelCheckpoint('{val_accuracy:.2f}.keras')"
    ),
    "h.history['acc']": "h.history['accuracy']",
    "h.history.get('acc')": "h.history.get('accuracy')",
    "'acc' in h.history": "'accuracy' in h.history",
    "'acc' not in f.history": "'accuracy' not in f.history",
}


@pytest.mark.parametrize("line", KEYED)
def test_keys_of_the_accuracy(line: str) -> None:
    made = run(f"{HEAD}{ACCURACY}{line}\n", select=["TRN035"]).text.splitlines()[-1]
    assert made.replace('"', "'") == KEYED[line]


@pytest.mark.parametrize(
    "line",
    [
        "f.EarlyStopping(monitor='val_acc')",
        "keras.callbacks.EarlyStopping(monitor='val_loss', mode='acc')",
        "keras.callbacks.EarlyStopping(monitor='account')",
        "keras.callbacks.EarlyStopping(monitor=f)",
        "keras.callbacks.EarlyStopping()",
        "keras.callbacks.ModelCheckpoint('acc.keras')",
        "f['acc']",
        "f.get('acc')",
        "h.history.pop('acc')",
        "h.history.get(f, 'acc')",
        "h.history[f]['acc']",
        "h.history['acc':]",
        "h.history == 'acc'",
        "'acc' == h.history",
        "f in 'acc'",
        "h.history in 'acc'",
        "'acc' in f",
        "h.history['other']",
        "h.history[b'acc']",
        "f('acc')",
        "logs['acc']",
    ],
)
def test_other_strings_stay(line: str) -> None:
    stays(f"{ACCURACY}{line}\n", "TRN035")


def test_the_logs_of_a_callback() -> None:
    text = "class C({}):\n    def on_epoch_end(self, epoch, {}):\n        {}['acc']\n"
    callback = "keras.callbacks.Callback"
    assert found(ACCURACY + text.format(callback, "logs", "logs"), "TRN035")
    stays(ACCURACY + text.format("f.Base", "logs", "logs"), "TRN035")
    stays(ACCURACY + text.format(callback, "data", "data"), "TRN035")


@pytest.mark.parametrize("given", ["['acc']", "'acc'", "names"])
def test_keys_of_a_metric_that_is_called_acc_stay(given: str) -> None:
    names = "names = ['acc']\n"
    stays(f"{names}m.compile('adam', 'mse', metrics={given})\nm.fit(f).history['acc']\n", "TRN035")


@pytest.mark.parametrize(
    "line", ["f(metrics=['accuracy'])", "m.compile(metrics=[f])", "m.compile(loss=['accuracy'])"]
)
def test_keys_without_a_word_of_the_metric_are_for_a_person(line: str) -> None:
    assert found(f"{line}\nh = m.fit(f)\nh.history['acc']\n", "TRN035") == [(Fix.MANUAL, False)]
