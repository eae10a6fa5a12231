keras>=3
