result = [None, 3]
