result = 8
