"""Operations of graphs beside those that Keras 2 stored in layers: functions of ``keras.ops`` or of our own.

Data only; inputs are passed by position, attributes by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Direct:
    """What computes an operation.

    Attributes:
        function: of ``keras.ops``, or ``composite.graph.…``.
        attributes: of the node, to the function's parameters.
    """

    function: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


DIRECT: Mapping[str, Direct] = {
    "Bucketize": Direct("composite.graph.bucketize", _same("boundaries")),
    "DenseBincount": Direct("composite.graph.dense_bincount", {"T": "dtype", **_same("binary_output")}),
    "FakeQuantWithMinMaxArgs": Direct(
        "composite.graph.fake_quant", {"min": "low", "max": "high", **_same("num_bits", "narrow_range")}
    ),
    "FakeQuantWithMinMaxVars": Direct("composite.graph.fake_quant", _same("num_bits", "narrow_range")),
    "MatrixSolve": Direct("keras.ops.solve"),
    "ResizeBicubic": Direct("composite.graph.resize_bicubic", _same("half_pixel_centers", "align_corners")),
    "Select": Direct("composite.graph.select_rows"),
    "UpperBound": Direct("composite.graph.upper_bound", _same("out_type")),
    "UnsortedSegmentSum": Direct("composite.graph.segment_sum"),
}
