"""How bytecode is refused."""

from __future__ import annotations


def definition_hint(name: str) -> str:
    """What to do about a global that is not in the file."""
    return f"Pass its value with --define {name}=VALUE."


DISTRIBUTION_HINT = (
    "Layers of TensorFlow Probability store their distribution as Python code. In its own framework, make the layer "
    "with convert_to_tensor_fn=tfd.Distribution.mean, export the model as a SavedModel and migrate that: its graph "
    "computes the mean. What is drawn in a call differs from call to call and cannot be compared."
)
DRAWN_WEIGHTS_HINT = (
    "Layers of TensorFlow Probability that draw their weights give other numbers in each call. In its own framework, "
    "put a Keras layer with the weights layer.kernel_posterior.mean() in its place, save that model and migrate it; or "
    "stay with tf_keras."
)


class Refused(Exception):  # noqa: N818 - an outcome, raised through the interpreter's frames
    """The bytecode is malformed, out of bounds, or does something that is not on the allow-list.

    Attributes:
        reason: what was met, with the name involved.
        missing: name of a global whose value is not in the file; empty for any other reason.
        instruction: ``LOAD_GLOBAL 'SCALE'``, as ``dis`` writes it; set by the interpreter.
    """

    def __init__(self, reason: str, *, missing: str = "", instruction: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing
        self.instruction = instruction

    @property
    def hint(self) -> str:
        """What a person can do about it."""
        if self.missing:
            return definition_hint(self.missing)
        return (
            "Replace the Lambda in the source by a Keras layer or a registered class and save the model again, or "
            "save only its weights and pass the function that builds it with --architecture FILE.py:FUNCTION."
        )

    def __str__(self) -> str:
        return f"{self.reason} (at {self.instruction})" if self.instruction else self.reason
