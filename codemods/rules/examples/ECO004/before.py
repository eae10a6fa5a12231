import keras_nlp
tokenizer = keras_nlp.tokenizers.ByteTokenizer()
