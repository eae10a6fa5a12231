from tensorflow import keras
opt = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD(0.1))
opt.build([])
result = float(np.array(opt.get_scaled_loss(np.float32(2.0))))
