from tensorflow import keras
from tensorflow.keras import layers as kl, models
from tensorflow.keras.layers import Dense, Input
keras.utils.set_random_seed(3)
model = models.Sequential([Input((4,)), kl.Dense(3), Dense(2)])
result = model(np.ones((2, 4), 'float32')).numpy()
