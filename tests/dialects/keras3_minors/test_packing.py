"""int4 archives: told by their policy, and by who packs them how."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from migrate.dialects.keras3_minors.later_arguments import portable_config
from migrate.dialects.keras3_minors.packing import Packing, has_int4, packing_of

ARCHIVES = Path(__file__).parents[2] / "readers" / "archives"


def config_of(name: str) -> dict[str, Any]:
    with zipfile.ZipFile(ARCHIVES / name) as archive:
        config: dict[str, Any] = json.loads(archive.read("config.json"))
    return config


def policy(class_name: str, mode: str) -> dict[str, Any]:
    return {"class_name": class_name, "config": {"mode": mode, "source_name": "float32"}}


@pytest.mark.parametrize(
    ("model", "packed"),
    [
        (config_of("3.13.2/int4.keras"), True),
        (config_of("3.15.1/dense.keras"), False),
        (policy("Int4DTypePolicy", "int4/128"), True),  # from 3.14 on
        (policy("QuantizedDTypePolicy", "int8"), False),
    ],
)
def test_the_policy_tells(model: dict[str, Any], packed: bool) -> None:
    assert has_int4(model) is packed


@pytest.mark.parametrize(
    ("release", "packing"),
    [
        ("3.10.0", Packing.NONE),
        ("3.11.3", Packing.BY_INPUTS),
        ("3.13.2", Packing.BY_INPUTS),
        ("3.14.1", Packing.BY_UNITS),
        ("3.16.0.dev2026102704", Packing.BY_UNITS),
    ],
)
def test_releases_pack_in_two_ways(release: str, packing: Packing) -> None:
    assert packing_of(Version(release)) is packing


def test_the_quantizer_that_3_13_names_goes_for_older_releases() -> None:
    """3.11 and 3.12 mean it without a word, and stop at the argument."""
    written = config_of("3.13.2/int4.keras")
    assert "quantization_config" in json.dumps(written)
    assert "quantization_config" not in json.dumps(portable_config(written, Version("3.11.3")))
    assert portable_config(written, Version("3.13.2")) == written


def test_an_int4_with_blocks_stays() -> None:
    """It is what 3.14 writes, and means something else than the policy alone meant before."""
    quantized = {
        "module": "keras.quantizers",
        "class_name": "Int4QuantizationConfig",
        "config": {"weight_quantizer": None, "activation_quantizer": None, "block_size": 128},
        "registered_name": None,
    }
    layer = {"module": "keras.layers", "class_name": "Dense", "config": {"quantization_config": quantized}}
    assert portable_config(layer, Version("3.11.3")) == layer
