from keras.optimizers import Adam
config = Adam(1e-3, 0.9, 0.999, 1e-7, 0.0).get_config()
result = [config['epsilon'], config['amsgrad'] is False]
