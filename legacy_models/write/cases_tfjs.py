"""TensorFlow.js layers models, written by the converter's own ``save_keras_model``; the environment has tensorflowjs."""

import os

import record as rec
from casebook import special


def _written(kit, folder, name, model, draw=None, **options):
    """Convert a drawn model; what case.json says. Outputs are those of the model that the converter's loader gives."""
    import tensorflowjs as tfjs

    rec.draw_weights(kit, model, kit.rng(name, "weights"))
    tfjs.converters.save_keras_model(model, folder, **options)
    kit.reset()
    loaded = tfjs.converters.load_keras_model(os.path.join(folder, "model.json"))
    data = kit.rng(name, "inputs")
    inputs = draw(data) if draw else rec.draw_inputs(kit, loaded, data)
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, loaded, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    return {
        "artifact": "model.json",
        "kind": "tfjs",
        "golden": "model.golden.npz",
        "expect": {"status": "migrated"},
    }


@special(
    "tf.keras-2.8",
    "A TensorFlow.js layers model whose weights stand in several shards, with a model inside the model.",
    "tfjs shards nested_model batch_normalization",
)
def tfjs_nested(kit, folder):
    L = kit.layers
    image = kit.Input((8, 8, 3), name="image")
    x = L.Conv2D(4, 3, use_bias=False, name="conv")(image)
    x = L.BatchNormalization(name="norm")(x)
    x = L.Activation("relu", name="act")(x)
    trunk = kit.functional(image, L.GlobalAveragePooling2D(name="pool")(x), name="trunk")
    model = kit.Sequential(
        [trunk, L.Dense(5, activation="relu", name="hidden"), L.Dense(3, activation="softmax", name="top")]
    )
    return _written(kit, folder, "tfjs_nested", model, weight_shard_size_bytes=256)


@special(
    "tf.keras-2.8",
    "A TensorFlow.js layers model with recurrent layers, its weights quantised to bytes.",
    "tfjs quantised uint8 bidirectional",
)
def tfjs_quantised(kit, folder):
    L = kit.layers
    ids = kit.Input((6,), dtype="int32", name="ids")
    x = L.Embedding(9, 4, name="words")(ids)
    x = L.Bidirectional(L.LSTM(3, return_sequences=True), name="both")(x)
    x = L.GRU(4, name="gru")(x)
    model = kit.functional(ids, L.Dense(2, name="top")(x))
    return _written(
        kit,
        folder,
        "tfjs_quantised",
        model,
        draw=lambda data: [data.randint(0, 9, size=(3, 6)).astype("int32")],
        quantization_dtype_map={"uint8": "*"},
    )


@special(
    "tf.keras-2.8",
    "A TensorFlow.js layers model of a JavaScript trainer's kind, its weights quantised to half floats.",
    "tfjs quantised float16 depthwise",
)
def tfjs_half(kit, folder):
    L = kit.layers
    image = kit.Input((6, 6, 2), name="image")
    x = L.DepthwiseConv2D(3, name="depth")(image)
    x = L.ReLU(6.0, name="act")(x)
    model = kit.functional(image, L.Dense(2, name="top")(L.Flatten(name="flat")(x)))
    return _written(kit, folder, "tfjs_half", model, quantization_dtype_map={"float16": "*"})
