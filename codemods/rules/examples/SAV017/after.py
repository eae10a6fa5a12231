import keras


class Scale:
    def __init__(self, by):
        self.by = by

    @classmethod
    def from_config(cls, config):
        return cls(**config)


config = {'class_name': 'Scale', 'config': {'by': 3}}
made = keras.utils.deserialize_keras_object(config, custom_objects=globals())
