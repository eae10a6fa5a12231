result = [2]
