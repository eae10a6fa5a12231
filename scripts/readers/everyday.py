"""Write the everyday archives with the Keras that runs this: ``everyday.py OUT``.

Runs inside the environment of one release of Keras 3, and imports nothing but Keras and NumPy. Each archive is the
smallest model of its kind; the weights are drawn from a seed and moved off their initial values, so that a mean, a
bias or a gate that is lost shows. A kind that a release does not have is left out, and its name printed.
"""

import sys
import zlib
from pathlib import Path

import keras
import numpy as np
from keras import layers


def sequential(*parts, shape, dtype="float32"):
    return keras.Sequential([layers.Input(shape, dtype=dtype), *parts])


def functional(shape, build, dtype="float32"):
    entry = keras.Input(shape, dtype=dtype)
    return keras.Model(entry, build(entry))


def compiled(model, optimizer, loss="mse"):
    """A model that has taken one step, so that the optimizer has state."""
    model.compile(optimizer, loss)
    shapes = [(4, *(3 if size is None else size for size in tensor.shape[1:])) for tensor in model.inputs]
    arrays = [np.random.default_rng(5).normal(size=shape).astype("float32") for shape in shapes]
    target = np.zeros((4, *model.outputs[0].shape[1:]), "float32")
    if keras.backend.backend() != "numpy":
        model.train_on_batch(arrays[0] if len(arrays) == 1 else arrays, target)
    return model


def dense():
    return sequential(layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax"), shape=(5,))


def images(*parts):
    return sequential(*parts, layers.GlobalAveragePooling2D(), layers.Dense(3), shape=(12, 12, 3))


def words(*parts, masked=True):
    return sequential(
        layers.Embedding(20, 6, mask_zero=masked), *parts, layers.Dense(2), shape=(7,), dtype="int32"
    )


def residual():
    def build(entry):
        hidden = layers.Dense(5, activation="gelu")(entry)
        return layers.Dense(2)(layers.Add()([entry, layers.Dropout(0.3)(hidden)]))

    return functional((5,), build)


def several_inputs():
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    joined = layers.Concatenate()([layers.Dense(3)(left), layers.Dense(3)(right)])
    return keras.Model(
        [left, right], [layers.Dense(1, name="score")(joined), layers.Dense(2, name="kind")(joined)]
    )


def named_inputs():
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    return keras.Model({"left": left, "right": right}, layers.Dense(2)(layers.Concatenate()([left, right])))


def shared_layer():
    left, right = keras.Input((4,)), keras.Input((4,))
    shared = layers.Dense(3, activation="tanh")
    return keras.Model([left, right], layers.Subtract()([shared(left), shared(right)]))


def functional_in_sequential():
    inner = functional((6,), layers.Dense(4, activation="relu"))
    return sequential(inner, layers.Dense(2), shape=(6,))


def sequential_in_functional():
    inner = sequential(layers.Dense(4), layers.BatchNormalization(), shape=(6,))
    return functional((6,), lambda x: layers.Dense(2)(inner(x)))


def encoder_decoder():
    source, target = keras.Input((5,), dtype="int32"), keras.Input((4,), dtype="int32")
    _, h, c = layers.LSTM(5, return_state=True)(layers.Embedding(15, 4, mask_zero=True)(source))
    decoded = layers.LSTM(5, return_sequences=True)(
        layers.Embedding(15, 4, mask_zero=True)(target), initial_state=[h, c]
    )
    return keras.Model([source, target], layers.Dense(3)(decoded))


def attention_over_words():
    entry = keras.Input((7,), dtype="int32")
    states = layers.LSTM(5, return_sequences=True)(layers.Embedding(20, 6, mask_zero=True)(entry))
    return keras.Model(entry, layers.GlobalAveragePooling1D()(layers.Attention()([states, states])))


def self_attention():
    entry = keras.Input((6, 8))
    attended = layers.MultiHeadAttention(2, 4)(entry, entry)
    return keras.Model(entry, layers.LayerNormalization()(layers.Add()([entry, attended])))


def masked_softmax():
    entry, mask = keras.Input((5,)), keras.Input((5,), dtype="bool")
    return keras.Model([entry, mask], layers.Softmax()(entry, mask=mask))


def augmentation():
    return images(
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.1),
        layers.RandomContrast(0.2),
        layers.Rescaling(1 / 255),
        layers.Conv2D(4, 3),
    )


def augmentation_in_graph():
    def build(entry):
        x = layers.RandomTranslation(0.1, 0.1)(layers.RandomFlip()(entry), training=True)
        return layers.Conv2D(2, 3)(x)

    return functional((8, 8, 3), build)


def normalization():
    layer = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0])
    return sequential(layer, layers.Dense(2), shape=(3,))


def operations():
    def build(entry):
        x = keras.ops.relu(layers.Dense(4)(entry)) + 1.0
        x = keras.ops.concatenate([x, keras.ops.mean(x, axis=-1, keepdims=True)], axis=-1)
        return layers.Dense(2)(keras.ops.transpose(keras.ops.reshape(x, (-1, 5))[:, ::-1], (0, 1)))

    return functional((4,), build)


def mixed_policy():
    return sequential(layers.Dense(8, dtype="mixed_bfloat16"), layers.Dense(2, dtype="float32"), shape=(5,))


def with_lora():
    model = dense()
    model.layers[0].enable_lora(2)
    return model


def quantized(mode):
    model = sequential(layers.Dense(8), layers.Dense(4), shape=(6,))
    randomise(model)
    model.quantize(mode)
    return model


def regularised():
    return sequential(
        layers.Dense(
            4,
            kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out"),
            kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02),
            kernel_constraint=keras.constraints.MaxNorm(2.0),
            bias_initializer="zeros",
        ),
        shape=(5,),
    )


def time_distributed():
    return sequential(
        layers.TimeDistributed(layers.Conv2D(2, 3)), layers.TimeDistributed(layers.Flatten()), layers.GRU(3),
        shape=(4, 6, 6, 1),
    )  # fmt: skip


def discretised():
    return sequential(
        layers.Discretization(bin_boundaries=[0.0, 1.0]),
        layers.CategoryEncoding(3),
        layers.Dense(2),
        shape=(1,),
    )


KINDS = {
    "dense": dense,
    "residual": residual,
    "several_inputs": several_inputs,
    "named_inputs": named_inputs,
    "shared_layer": shared_layer,
    "functional_in_sequential": functional_in_sequential,
    "sequential_in_functional": sequential_in_functional,
    "regularised": regularised,
    "operations": operations,
    "normalization": normalization,
    "mixed_policy": mixed_policy,
    "discretised": discretised,
    "conv2d": lambda: images(layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D()),
    "conv1d": lambda: sequential(
        layers.Conv1D(4, 3, padding="causal"), layers.GlobalMaxPooling1D(), shape=(9, 3)
    ),
    "conv3d": lambda: sequential(layers.Conv3D(2, 3), layers.GlobalAveragePooling3D(), shape=(5, 5, 5, 1)),
    "separable": lambda: images(layers.SeparableConv2D(4, 3), layers.ReLU(6.0)),
    "depthwise": lambda: images(layers.DepthwiseConv2D(3, depth_multiplier=2), layers.LeakyReLU(0.1)),
    "transposed": lambda: images(layers.Conv2DTranspose(3, 3, strides=2)),
    "batch_normalization": lambda: images(
        layers.Conv2D(4, 3, use_bias=False), layers.BatchNormalization(), layers.Activation("swish")
    ),
    "group_normalization": lambda: images(layers.Conv2D(4, 3), layers.GroupNormalization(2)),
    "layer_normalization": lambda: sequential(layers.LayerNormalization(), layers.Dense(2), shape=(5,)),
    "padded": lambda: images(layers.ZeroPadding2D(1), layers.Conv2D(3, 3), layers.UpSampling2D()),
    "resized": lambda: images(layers.Resizing(8, 8), layers.Rescaling(1 / 127.5, -1), layers.Conv2D(3, 3)),
    "augmentation": augmentation,
    "augmentation_in_graph": augmentation_in_graph,
    "lstm": lambda: sequential(layers.LSTM(4), layers.Dense(2), shape=(6, 3)),
    "gru": lambda: sequential(
        layers.GRU(4, return_sequences=True), layers.GRU(3), layers.Dense(2), shape=(6, 3)
    ),
    "simple_rnn": lambda: sequential(layers.SimpleRNN(4), layers.Dense(2), shape=(6, 3)),
    "bidirectional": lambda: sequential(layers.Bidirectional(layers.LSTM(4)), layers.Dense(2), shape=(6, 3)),
    "convlstm": lambda: sequential(layers.ConvLSTM2D(2, 3), layers.Flatten(), shape=(3, 5, 5, 1)),
    "time_distributed": time_distributed,
    "embedding": lambda: words(layers.GlobalAveragePooling1D(), masked=False),
    "masked_lstm": lambda: words(layers.LSTM(5)),
    "masked_stack": lambda: words(layers.LSTM(5, return_sequences=True), layers.LSTM(4)),
    "masked_bidirectional": lambda: words(
        layers.Bidirectional(layers.GRU(5, return_sequences=True)), layers.GRU(3)
    ),
    "masked_values": lambda: sequential(
        layers.Masking(), layers.LSTM(4, return_sequences=True), layers.LSTM(3), shape=(6, 3)
    ),
    "encoder_decoder": encoder_decoder,
    "attention_over_words": attention_over_words,
    "self_attention": self_attention,
    "masked_softmax": masked_softmax,
    "trained_adam": lambda: compiled(dense(), "adam", "categorical_crossentropy"),
    "trained_nadam": lambda: compiled(dense(), "nadam"),
    "lora": with_lora,
    "int8": lambda: quantized("int8"),
    "int4": lambda: quantized("int4"),
}
"""Name of the archive to what builds the model."""
QUANTIZED = ("int8", "int4")
"""Kinds that move their weights themselves, before they are quantized."""


def randomise(model):
    """Move every floating weight off its initial value; variances stay positive."""
    for variable in model.weights:
        if "float" not in str(variable.dtype):
            continue
        rng = np.random.default_rng(zlib.crc32(variable.path.encode()))
        noise = rng.normal(scale=0.2, size=tuple(variable.shape))
        value = np.asarray(variable)
        variable.assign(np.abs(value) + np.abs(noise) if "variance" in variable.path else value + noise)


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    for name, build in KINDS.items():
        keras.utils.clear_session()
        keras.utils.set_random_seed(3)
        try:
            model = build()
            if name not in QUANTIZED:
                randomise(model)
            model.save(out / f"{name}.keras")
        except Exception as error:  # noqa: BLE001 - a release lacks the layer, the argument or the mode
            print(f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:150]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
