import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

tfd = tfp.distributions
divergence = lambda q, p, _: tfd.kl_divergence(q, p) / 4.0
model = tf.keras.Sequential(
    [
        tf.keras.layers.InputLayer(input_shape=(3,)),
        tfp.layers.DenseFlipout(4, kernel_divergence_fn=divergence),  # found
        tf.keras.layers.Dense(2),
        tfp.layers.DistributionLambda(lambda t: tfd.Normal(t[..., :1], 1e-3 + tf.nn.softplus(t[..., 1:]))),  # found
    ]
)
model.compile("adam", lambda y, d: -d.log_prob(y))
model.fit(np.ones((4, 3), "float32"), np.ones((4, 1), "float32"), verbose=0)
print(model(np.ones((1, 3), "float32")).mean().shape)
