from tensorflow import keras
tokenizer = keras.preprocessing.text.Tokenizer()
tokenizer.fit_on_texts(['a b a', 'c a'])
result = tokenizer.texts_to_sequences(['a c b'])
