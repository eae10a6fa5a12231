from tensorflow import keras
import tensorflow as tf

x = keras.Input(tensor=tf.ones((2, 3)))
