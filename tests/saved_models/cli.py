"""TensorFlow's own ``saved_model_cli``, imported once: a JSON list of arguments a line, its exit status as the answer.

Each command runs ``main()`` in a fork, as a process of its own, because the program keeps its flags in globals.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Run one command after the other."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from tensorflow.python.tools import saved_model_cli

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.argv = ["saved_model_cli", *json.loads(line)]
            saved_model_cli.main()  # ends the process
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


if __name__ == "__main__":
    main()
