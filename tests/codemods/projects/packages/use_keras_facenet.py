from keras_facenet import FaceNet
from tensorflow import keras

embedder = FaceNet  # found
print(embedder.__name__, keras.layers.Dense(2).units)  # found
