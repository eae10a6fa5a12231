import larq as lq
import tensorflow as tf

model = tf.keras.Sequential(
    [
        lq.layers.QuantDense(4, kernel_quantizer="ste_sign", input_shape=(3,)),  # found
        tf.keras.layers.BatchNormalization(scale=False),
    ]
)
print(model.predict(tf.ones((1, 3)), verbose=0).shape)
