"""One artifact from file to proven result: read, translate, refer, build, compare, write, compare again."""
