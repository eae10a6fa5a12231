import tensorflow as tf
import tensorflow_privacy

optimizer = tensorflow_privacy.DPKerasSGDOptimizer(  # found
    l2_norm_clip=1.0, noise_multiplier=0.5, num_microbatches=1, learning_rate=0.1
)
model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
model.compile(optimizer, tf.keras.losses.MeanSquaredError(reduction="none"))
print(model.predict(tf.ones((1, 3)), verbose=0).shape)
