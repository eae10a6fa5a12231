import tensorflow as tf
from tensorflow import keras


x = keras.Input((6, 6, 1))
conv = keras.layers.Conv2D(2, 3, activation='relu', kernel_initializer='ones', name='conv')(keras.layers.Add(name='add_1')([x, x]))
y = keras.layers.Conv2D(2, 3, padding='same', kernel_initializer='ones')(conv)
y = keras.layers.BatchNormalization()(keras.layers.Add()([conv, y]))
y = keras.layers.GlobalAveragePooling2D()(y)
model = keras.Model(x, keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(0.1), activation='tanh')(y))
seen = model.get_layer('conv').output
both = keras.Model(x, [seen, model.output])
a = np.arange(-30.0, 42.0).reshape((2, 6, 6, 1)).astype('float32') / 50
with tf.GradientTape(persistent=True) as tape:
    images = tf.constant(a)
    tape.watch(images)
    maps, answers = both(images)
    loss = tf.reduce_sum(answers[:, 0])
gradients = tape.gradient(loss, maps).numpy()
normal = gradients / (np.sqrt(np.mean(np.square(gradients))) + 1e-5)
result = [maps.numpy(), normal, tape.gradient(loss, images).numpy()]
