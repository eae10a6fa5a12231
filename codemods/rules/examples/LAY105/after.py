import keras


@keras.saving.register_keras_serializable(package='keras2')
def legacy_hard_sigmoid(x):
    # the hard_sigmoid of Keras 2; Keras 3 computes relu6(x + 3) / 6
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


layer = keras.layers.LSTM(4, recurrent_activation=legacy_hard_sigmoid)
