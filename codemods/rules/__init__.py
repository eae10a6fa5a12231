"""The rules by subject; every module below registers its own, see ``api``."""
