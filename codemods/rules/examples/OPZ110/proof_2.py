import tensorflow as tf
from tensorflow import keras


class Own(keras.optimizers.SGD):
    def extra(self, v):
        return self.add_variable_from_reference(model_variable=v, variable_name='slot')


model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
slot = Own(0.1).extra(model.trainable_variables[0])
result = [np.array(slot), 'slot' in slot.name]
