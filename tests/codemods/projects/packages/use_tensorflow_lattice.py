import numpy as np
import tensorflow as tf
import tensorflow_lattice as tfl

inputs = tf.keras.Input((1,))
calibrated = tfl.layers.PWLCalibration(  # found
    input_keypoints=np.linspace(0.0, 1.0, 4), monotonicity="increasing"
)(inputs)
model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(calibrated))
print(model.predict(np.ones((2, 1)), verbose=0).shape)
