result = [1, 5, 5, 8]
