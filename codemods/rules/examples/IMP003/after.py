from tensorflow.keras.preprocessing.text import Tokenizer

tokenizer = Tokenizer()
