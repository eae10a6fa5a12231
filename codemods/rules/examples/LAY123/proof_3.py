from tensorflow import keras

x = keras.Input((3,))
made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
made.save('m.keras')
net = keras.models.load_model('m.keras')
result = [list(net.input.shape), list(net.output.shape)]
