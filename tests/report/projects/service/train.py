"""How the models were trained."""
from keras.callbacks import ModelCheckpoint
from keras.layers import LSTM, Dense
from keras.models import Sequential
from keras.optimizers import Adam

from .layers import AttentionPooling

model = Sequential([LSTM(32, return_sequences=True, input_shape=(None, 8)), AttentionPooling(4), Dense(3, activation="softmax")])
model.compile(Adam(lr=1e-3, decay=1e-6), "categorical_crossentropy", metrics=["acc"])


def train(batches):
    keep = ModelCheckpoint("models/train_{epoch:02d}.h5", period=2)
    model.fit_generator(batches, steps_per_epoch=100, callbacks=[keep])
    model.save("models/keras-2.2.4/transfer/model.h5")
