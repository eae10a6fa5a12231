from tensorflow import keras
data = keras.datasets.mnist.load_data(cache_dir='/data')
