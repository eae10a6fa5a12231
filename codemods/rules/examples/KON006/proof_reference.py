result = 3
