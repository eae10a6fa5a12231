"""Complex tensors while a graph is built: two real ones, since layers of Keras 3 hold no complex numbers."""

from __future__ import annotations

from dataclasses import dataclass

from keras import ops

from migrate.worlds.guest.framework_types import Functions, Operand, Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Complex:
    """What ``tf.signal.stft`` gives, until an operation makes real numbers of it.

    Attributes:
        real, imaginary: tensors of one shape and dtype.
    """

    real: Tensor
    imaginary: Tensor


def complex_of(real: Tensor, imag: Tensor) -> Complex:
    """``tf.complex``."""
    return Complex(real, imag)


def phase(input: Tensor | Complex) -> Tensor:
    """``tf.math.angle``: pi for negative real numbers."""
    if isinstance(input, Complex):
        return ops.arctan2(input.imaginary, input.real)
    return ops.arctan2(ops.zeros_like(input), input)


def _absolute(x: Complex) -> Tensor:
    return ops.sqrt(ops.add(ops.square(x.real), ops.square(x.imaginary)))


def _conjugate(x: Complex) -> Complex:
    return Complex(x.real, ops.negative(x.imaginary))


def _add(x1: Operand | Complex, x2: Operand | Complex) -> Complex:
    whole, other = _sorted(x1, x2)
    if not isinstance(other, Complex):
        return Complex(ops.add(whole.real, other), whole.imaginary)
    return Complex(ops.add(whole.real, other.real), ops.add(whole.imaginary, other.imaginary))


def _multiply(x1: Operand | Complex, x2: Operand | Complex) -> Complex:
    a, b = _sorted(x1, x2)
    if not isinstance(b, Complex):
        return Complex(ops.multiply(a.real, b), ops.multiply(a.imaginary, b))
    return Complex(
        ops.subtract(ops.multiply(a.real, b.real), ops.multiply(a.imaginary, b.imaginary)),
        ops.add(ops.multiply(a.real, b.imaginary), ops.multiply(a.imaginary, b.real)),
    )


def _sorted(x1: Operand | Complex, x2: Operand | Complex) -> tuple[Complex, Operand | Complex]:
    """The complex operand, and the other one."""
    if isinstance(x1, Complex):
        return x1, x2
    assert isinstance(x2, Complex)
    return x2, x1


def _square(x: Complex) -> Complex:
    return _multiply(x, x)


OF_COMPLEX: Functions = {
    "composite.phase": phase,
    "keras.ops.absolute": _absolute,
    "keras.ops.add": _add,
    "keras.ops.conj": _conjugate,
    "keras.ops.imag": lambda x: x.imaginary,
    "keras.ops.multiply": _multiply,
    "keras.ops.real": lambda x: x.real,
    "keras.ops.square": _square,
}
"""What functions make of complex numbers; those that are not here refuse them."""
PART_BY_PART = frozenset(
    f"composite.{name}" for name in ("expand_dims", "getitem", "reshape", "squeeze", "transpose")
)
"""Functions that move numbers and compute none."""
FUNCTIONS: Functions = {"complex": complex_of, "phase": phase}
