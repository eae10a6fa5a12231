"""TensorFlow.js models, layers and graphs, written by the converter itself; the environment has tensorflowjs."""

import json
import os
import shutil

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
    return _recorded(folder, inputs, rec.run(kit, loaded, inputs))


def _recorded(folder, inputs, outputs):
    """Write the recording beside a converted model; what case.json says."""
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", outputs))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    return {
        "artifact": "model.json",
        "kind": "tfjs",
        "golden": "model.golden.npz",
        "expect": {"status": "migrated"},
    }


@special(
    "tf.keras-2.8",
    "A TensorFlow.js layers model whose weights are in several shards, with a nested model.",
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
    "A TensorFlow.js layers model as a JavaScript trainer writes it, its weights quantised to half floats.",
    "tfjs quantised float16 depthwise",
)
def tfjs_half(kit, folder):
    L = kit.layers
    image = kit.Input((6, 6, 2), name="image")
    x = L.DepthwiseConv2D(3, name="depth")(image)
    x = L.ReLU(6.0, name="act")(x)
    model = kit.functional(image, L.Dense(2, name="top")(L.Flatten(name="flat")(x)))
    return _written(kit, folder, "tfjs_half", model, quantization_dtype_map={"float16": "*"})


def _graph(kit, folder, name, model, **options):
    """Convert a drawn model's SavedModel to a graph; what case.json says. Outputs are those of the model itself.

    They are recorded in the order of the file's signature, in which TensorFlow.js gives them.
    """
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

    rec.draw_weights(kit, model, kit.rng(name, "weights"))
    inputs = rec.draw_inputs(kit, model, kit.rng(name, "inputs"))
    outputs = dict(zip(model.output_names, rec.run(kit, model, inputs)))
    saved = os.path.join(folder, "saved_model")
    model.save(saved, save_format="tf")
    converter.convert_tf_saved_model(saved, folder, **options)
    shutil.rmtree(saved)
    with open(os.path.join(folder, "model.json")) as handle:
        keys = list(json.load(handle)["signature"]["outputs"])
    return _recorded(folder, inputs, [outputs[key] for key in keys])


@special(
    "tf.keras-2.8",
    "A TensorFlow.js graph model: fused and folded convolutions, PReLU, and an output computed from another one.",
    "tfjs graph fused folded_batch_norm",
)
def tfjs_graph(kit, folder):
    L = kit.layers
    image = kit.Input((8, 8, 3), name="image")
    x = L.Conv2D(4, 3, use_bias=False)(image)
    x = L.ReLU(6.0)(L.BatchNormalization()(x))
    x = L.PReLU(shared_axes=[1, 2])(L.DepthwiseConv2D(3, padding="same")(x))
    x = L.LeakyReLU(0.2)(L.Conv2D(3, 2, strides=2)(x))
    x = L.DepthwiseConv2D(3, padding="same", activation="elu")(x)
    hidden = L.Dense(5, activation="relu", name="hidden")(L.GlobalAveragePooling2D()(x))
    top = L.Dense(3, activation="softmax", name="top")(hidden)
    return _graph(
        kit, folder, "tfjs_graph", kit.functional(image, [hidden, top]), weight_shard_size_bytes=512
    )
