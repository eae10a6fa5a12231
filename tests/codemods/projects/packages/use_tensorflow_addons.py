import tensorflow as tf
import tensorflow_addons as tfa

inputs = tf.keras.Input((8, 8, 3))
x = tfa.layers.InstanceNormalization()(tf.keras.layers.Conv2D(4, 3)(inputs))  # found
x = tf.keras.layers.GlobalAveragePooling2D()(tfa.activations.mish(x))  # found
model = tf.keras.Model(inputs, tfa.layers.WeightNormalization(tf.keras.layers.Dense(2, activation="sigmoid"))(x))  # found
model.compile(
    tfa.optimizers.AdamW(1e-4),  # found
    tfa.losses.SigmoidFocalCrossEntropy(),  # found
    [tfa.metrics.F1Score(2, "micro")],  # found
)
model.fit(tf.ones((2, 8, 8, 3)), tf.one_hot([0, 1], 2), verbose=0)
print(model.predict(tf.ones((1, 8, 8, 3)), verbose=0).shape)
