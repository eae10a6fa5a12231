"""A tagger whose builder puts Addons' conditional random field behind its model."""

import tensorflow as tf
import tensorflow_addons as tfa
from tensorflow.keras.layers import LSTM, Bidirectional, Dense, Embedding, Input
from tensorflow.keras.models import Model
from tensorflow_addons.text.crf_wrapper import CRFModelWrapper


@tf.keras.utils.register_keras_serializable(package="Taggers")
class Tagger(CRFModelWrapper):
    """Gives the tags alone."""

    def call(self, inputs, training=None, mask=None, return_crf_internal=False):
        potentials = self.base_model(inputs, training, mask)
        tags, scores, lengths, kernel = self.crf_layer(potentials)
        return ((scores, lengths, kernel), tags) if return_crf_internal else tags


def build(words, tags):
    """The model with its field; compiled as Addons' tutorial does."""
    ids = Input((None,), dtype="int32", name="words")
    x = Embedding(words, 4, mask_zero=True)(ids)
    x = Bidirectional(LSTM(3, return_sequences=True))(x)
    base = Model(ids, Dense(5, activation="tanh")(x))
    model = Tagger(base, tags)
    model.build(input_shape=(None, None))
    model.compile(tfa.optimizers.AdamW(1e-3))
    return model
