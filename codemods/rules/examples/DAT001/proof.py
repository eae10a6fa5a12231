import inspect
from tensorflow import keras
bar = keras.utils.Progbar(10, 30, 1, 0.05, None, 'item')
result = bar.unit_name
