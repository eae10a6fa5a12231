numpy>=1.20
