from tensorflow import keras
from tensorflow.keras.models import model_from_config


def twin(model, custom_objects={}):
    config = {'class_name': model.__class__.__name__, 'config': model.get_config()}
    return model_from_config(config, custom_objects=custom_objects)


x = keras.Input((2,))
first = keras.Model(x, keras.layers.Dense(2, kernel_initializer='ones')(x))
second = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, kernel_initializer='ones')])
result = [twin(m).predict(np.ones((1, 2)), verbose=0) for m in (first, second)]
