"""What each operation of :mod:`migrate.bytecode.operands` does to a frame."""

from collections.abc import Mapping

from migrate.bytecode.steps import calls, containers, flow, variables
from migrate.bytecode.steps.step import Step

STEPS: Mapping[str, Step] = {**calls.STEPS, **containers.STEPS, **flow.STEPS, **variables.STEPS}
"""Everything that is interpreted; an opcode that becomes none of these refuses."""
