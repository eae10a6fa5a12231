from tf_keras.utils import to_categorical
result = to_categorical([0, 2, 1], 3)
