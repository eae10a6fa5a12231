"""Trains the network on numbers of its own."""

import argparse

import numpy as np
from tensorflow import keras

from network import build


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=4)
    steps = parser.parse_args().steps
    rng = np.random.RandomState(0)
    x = rng.normal(size=(8 * steps, 6, 4)).astype("float32")
    y = keras.utils.to_categorical(rng.randint(0, 3, 8 * steps), 3)
    model = build()
    loss = keras.losses.CategoricalCrossentropy()
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.01),
        loss=loss,
        metrics=[keras.metrics.CategoricalAccuracy(name="hits")],
    )
    history = model.fit(x, y, batch_size=8, epochs=1, verbose=0)
    print("hits", history.history["hits"][-1])


if __name__ == "__main__":
    main()
