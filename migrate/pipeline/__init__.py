"""One artifact from file to verified result: read, translate, get a reference, build, compare, write, compare again."""
