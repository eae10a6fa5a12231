import numpy as np
import keras


def batches(words):
    while True:
        chosen = next(words)
        longest = max(len(word) for word in chosen)
        data = np.zeros((len(chosen), longest))
        yield data, np.ones(len(chosen))


model = keras.Sequential()


def of_any_length(batches):
    """The batches of a generator as a dataset that fixes none of their sizes, where TensorFlow computes."""
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow

    def arrays(part):
        if isinstance(part, dict):
            return {key: arrays(value) for key, value in part.items()}
        if isinstance(part, (list, tuple)):
            return tuple(arrays(value) for value in part)
        array = np.asarray(part)
        return array.astype(keras.backend.floatx()) if array.dtype == "float64" else array

    first = arrays(next(batches))
    signature = tensorflow.nest.map_structure(
        lambda array: tensorflow.TensorSpec([None] * array.ndim, array.dtype), first
    )

    def all_of_them():
        yield first
        yield from map(arrays, batches)

    return tensorflow.data.Dataset.from_generator(all_of_them, output_signature=signature)


model.fit(of_any_length(batches(words)), steps_per_epoch=10)
