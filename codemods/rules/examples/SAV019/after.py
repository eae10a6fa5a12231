import keras


def twice(x):
    return 2 * x


keras.utils.get_custom_objects()['twice'] = twice


def registered_object(name):
    """The object that is registered under a name, which keras looks up no more; else the name as it is."""
    found = keras.saving.get_registered_object(name) if isinstance(name, str) else None
    if found is None:
        return name
    return found() if isinstance(found, type) else found


layer = keras.layers.Dense(2, activation=registered_object('twice'), kernel_initializer='ones')
