"""One command from an old repository to one that runs on Keras 3: ``keras-migrate repo``.

The repository is copied, its source rewritten, its models migrated, and its loads and saves joined to the new files;
the user's command runs in both worlds. What comes of it is a folder, and on request a branch.
"""
