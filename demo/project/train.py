"""Trains a classifier of small images."""

import numpy as np
from keras.callbacks import EarlyStopping, ModelCheckpoint
from keras.layers import Activation, Conv2D, Dense, Flatten, Input, Lambda, MaxPooling2D, Reshape
from keras.layers.normalization import BatchNormalization
from keras.layers.recurrent import LSTM
from keras.models import Model
from keras.optimizers import Adam
from keras.utils import np_utils
from keras import backend as K

from layers import Scale


def classifier():
    image = Input(shape=(8, 8, 1), name="image")
    x = Conv2D(4, (3, 3), padding="same", name="conv")(image)
    x = BatchNormalization(axis=-1, name="norm")(x)
    x = Activation("hard_sigmoid", name="gate")(x)
    x = Scale(initial=2.0, name="scale")(x)
    x = MaxPooling2D((2, 2), name="pool")(x)
    x = Reshape((4, 16), name="rows")(x)
    x = LSTM(6, name="lstm")(x)
    return Model(inputs=image, outputs=Dense(3, activation="softmax", name="class")(x))


def embedding():
    image = Input(shape=(8, 8, 1), name="image")
    x = Dense(5, name="project")(Flatten(name="flat")(image))
    x = Lambda(lambda t: K.l2_normalize(t, axis=-1), name="unit")(x)
    return Model(inputs=image, outputs=x)


def main():
    images = np.random.rand(64, 8, 8, 1)
    labels = np_utils.to_categorical(np.random.randint(0, 3, 64), 3)
    model = classifier()
    model.compile(optimizer=Adam(lr=1e-3, decay=1e-5), loss="categorical_crossentropy", metrics=["acc"])
    callbacks = [
        EarlyStopping(monitor="val_acc", patience=3),
        ModelCheckpoint("models/classifier.h5", monitor="val_acc", save_best_only=True),
    ]
    model.fit(images, labels, epochs=2, validation_split=0.25, callbacks=callbacks, verbose=2)


if __name__ == "__main__":
    main()
