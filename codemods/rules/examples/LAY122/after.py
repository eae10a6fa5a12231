import keras

words, kinds = keras.Input((None,)), keras.Input((None,))
x = keras.layers.Embedding(10, 4, mask_zero=True, embeddings_initializer='ones')(words)
other = keras.layers.Embedding(2, 4, embeddings_initializer='ones')(kinds)


@keras.saving.register_keras_serializable(package='keras2')
class MaskedAdd(keras.layers.Add):
    """Joins the masks of its inputs by and, as Keras 2 did; an input without a mask masks nothing."""

    def compute_mask(self, inputs, mask=None):
        joined = None
        for one in mask or ():
            if one is not None:
                joined = one if joined is None else keras.ops.logical_and(joined, one)
        return joined


y = MaskedAdd()([x, other])
