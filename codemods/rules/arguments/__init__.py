"""Arguments that moved, were renamed or left: of Keras 2 by the catalogue, of Keras 1, of single releases."""
