import neural_structured_learning as nsl
import tensorflow as tf

base = tf.keras.Sequential([tf.keras.layers.Dense(2, activation="softmax", input_shape=(3,))])
config = nsl.configs.make_adv_reg_config(multiplier=0.2, adv_step_size=0.05)  # found
model = nsl.keras.AdversarialRegularization(base, adv_config=config)  # found
model.compile("adam", loss="sparse_categorical_crossentropy")
model.fit({"feature": tf.ones((4, 3)), "label": tf.constant([0, 1, 0, 1])}, verbose=0, batch_size=4)
print(base.predict(tf.ones((1, 3)), verbose=0).shape)
