from keras.preprocessing.text import Tokenizer

tokenizer = Tokenizer()
