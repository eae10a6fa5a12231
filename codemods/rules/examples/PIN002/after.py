tensorflow>=2.16
