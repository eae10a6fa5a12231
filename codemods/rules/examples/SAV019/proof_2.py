from tensorflow import keras


def twice(x):
    return 2 * x


keras.utils.get_custom_objects()['relu'] = twice
def f(name):
    return keras.activations.get(name)


result = np.array(f('relu')(np.ones(3)))
