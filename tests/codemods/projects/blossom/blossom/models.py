"""The two networks."""

from tensorflow import keras
from tensorflow.keras.layers import (
    BatchNormalization,
    Dense,
    Embedding,  # of the words
    LeakyReLU,
)

from .layers import AttentionPooling, Scale

L2 = keras.regularizers.l2(1e-4)


def build_classifier(features, classes, width=16):
    inputs = keras.Input(shape=(features,), name="measurements")
    x = Dense(width, kernel_regularizer=L2, kernel_initializer=keras.initializers.GlorotUniform(seed=1))(inputs)
    x = LeakyReLU(alpha=0.1)(x)
    x = BatchNormalization(fused=False)(x)
    x = Scale()(x)
    outputs = Dense(classes, activation="softmax", kernel_initializer=keras.initializers.GlorotUniform(seed=2))(x)
    return keras.Model(inputs=inputs, outputs=outputs)


def build_tagger(words, length, classes):
    words_in = keras.layers.Input(shape=(length,), dtype="int32")
    x = Embedding(words, 8, input_length=length, embeddings_initializer=keras.initializers.RandomUniform(seed=3))(words_in)
    x = AttentionPooling(4)(x)
    tags = Dense(classes, activation="sigmoid", kernel_initializer=keras.initializers.GlorotUniform(seed=4))(x)
    return keras.models.Model(words_in, tags)
