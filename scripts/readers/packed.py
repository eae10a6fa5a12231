"""Write archives with int4 weights with the Keras that runs this: ``packed.py OUT``.

Runs inside the environment of one release of Keras 3 from 3.11 on, and imports nothing but Keras and NumPy. Sizes are
odd where they can be, because two weights share a byte. A kind that a release does not have is left out, and its name
printed.
"""

import sys
from pathlib import Path

import keras
import numpy as np
from everyday import functional, randomise, sequential
from keras import layers


def packed(model, **options):
    """A model whose weights are moved off their initial values, and then quantized."""
    randomise(model)
    if options:
        model.quantize(config=keras.quantizers.Int4QuantizationConfig(**options))
    else:
        model.quantize("int4")
    return model


def dense(dtype="float32"):
    return sequential(layers.Dense(5, "relu", dtype=dtype), layers.Dense(3, dtype=dtype), shape=(7,))


def wide():
    """More inputs than the block of 128 that 3.14 scales together."""
    return sequential(layers.Dense(3), shape=(300,))


def embedding():
    return sequential(layers.Embedding(9, 5), layers.Flatten(), layers.Dense(2), shape=(4,), dtype="int32")


def einsum(equation, output_shape, shape):
    layer = layers.EinsumDense(equation, output_shape, bias_axes=equation[-1])
    return sequential(layer, shape=shape)


def nested():
    """One layer twice, a model in a model, and layers of one class that are told apart by their number."""
    inner = functional((5,), lambda x: layers.Dense(3)(layers.Dense(5, "tanh")(x)))

    def build(entry):
        shared = layers.Dense(5)
        return layers.Dense(1)(inner(shared(shared(entry)) + 1.0))

    return functional((5,), build)


def with_lora():
    model = packed(dense())
    model.layers[0].enable_lora(2)
    for variable in (model.layers[0].lora_kernel_a, model.layers[0].lora_kernel_b):
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    return model


def compiled():
    model = dense()
    model.compile("adam", "mse")
    packed(model)
    model.train_on_batch(np.ones((4, 7), "float32"), np.zeros((4, 3), "float32"))
    return model


def attention():
    def build(entry):
        return layers.MultiHeadAttention(2, 3)(entry, entry)

    return functional((4, 5), build)


KINDS = {
    "dense": lambda: packed(dense()),
    "wide": lambda: packed(wide()),
    "mixed": lambda: packed(dense("mixed_bfloat16")),
    "one_input": lambda: packed(sequential(layers.Dense(1), shape=(1,))),
    "embedding": lambda: packed(embedding()),
    "einsum_two": lambda: packed(einsum("abc,cd->abd", (None, 3), (4, 5))),
    "einsum_heads": lambda: packed(einsum("abc,cde->abde", (None, 3, 2), (4, 5))),
    "einsum_joined": lambda: packed(einsum("abcd,cde->abe", (None, 3), (4, 5, 2))),
    "nested": lambda: packed(nested()),
    "in_time": lambda: packed(sequential(layers.TimeDistributed(layers.Dense(3)), shape=(4, 5))),
    "attention": lambda: packed(attention()),
    "lora": with_lora,
    "compiled": compiled,
    "weights_alone": lambda: packed(dense(), activation_quantizer=None),
    "blocks": lambda: packed(dense(), block_size=3),
    "channels": lambda: packed(dense(), block_size=-1),
    "embedding_channels": lambda: packed(embedding(), block_size=-1),
    "einsum_channels": lambda: packed(einsum("abc,cde->abde", (None, 3, 2), (4, 5)), block_size=-1),
    "activations": lambda: packed(
        dense(), block_size=-1, activation_quantizer=keras.quantizers.AbsMaxQuantizer()
    ),
}
"""Name of the archive to what builds the model."""


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    for name, build in KINDS.items():
        keras.utils.clear_session()
        keras.utils.set_random_seed(3)
        try:
            build().save(out / f"{name}.keras")
        except Exception as error:  # noqa: BLE001 - a release lacks the layer, the argument or the mode
            print(f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:150]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
