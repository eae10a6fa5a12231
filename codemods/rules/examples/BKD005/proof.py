import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K


@tf.RegisterGradient('GuidedInAProof')
def guided(op, gradient):
    positive = tf.cast(gradient > 0.0, gradient.dtype) * tf.cast(op.inputs[0] > 0.0, gradient.dtype)
    return gradient * positive


def make():
    x = keras.Input((4,))
    y = keras.layers.Dense(5, activation='relu', name='a')(x)
    y = keras.layers.Activation('relu')(keras.layers.Dense(5, name='b')(y))
    y = keras.layers.ReLU()(keras.layers.Dense(5, name='c')(y))
    return keras.Model(x, y)


def saliency(model, values):
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=array.shape) for array in model.get_weights()])
    gradient = K.gradients(K.sum(model.output), model.input)[0]
    return K.function([model.input], [gradient])([values])[0]


plain = make()
with tf.get_default_graph().gradient_override_map({'Relu': 'GuidedInAProof'}):
    model = make()
values = np.random.default_rng(1).normal(size=(6, 4)).astype('float32')
result = [saliency(plain, values), saliency(model, values)]
