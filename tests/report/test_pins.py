"""Which Keras a requirement lets in."""

from __future__ import annotations

import pytest

from migrate.report.compatibility.pins import environment, pins


@pytest.mark.parametrize(
    ("name", "spec", "expected"),
    [
        ("keras", "==2.2.4", "legacy"),
        ("keras", "<3", "legacy"),
        ("keras", ">=2.4", "both"),
        ("keras", ">=3", "modern"),
        ("keras", "==3.9.2", "modern"),
        ("keras", "~=2.0", "legacy"),
        ("keras", "*", "open"),
        ("keras", "^2.4", "legacy"),
        ("tensorflow", "==2.15.1", "legacy"),
        ("tensorflow", "==2.16.2", "modern"),
        ("tensorflow", ">=2.1,<2.16", "legacy"),
        ("tensorflow", ">=2.1", "both"),
        ("tensorflow-gpu", "==1.13.1", "legacy"),
        ("tensorflow", "=2.4", "legacy"),
        ("tensorflow", "==2.4.*", "legacy"),
        ("tf-keras", ">=2.16", "legacy"),
        ("keras", "nonsense", "open"),
    ],
)
def test_verdict(name: str, spec: str, expected: str) -> None:
    written = f"{name}{spec}\n" if spec[:1] in "<>=~!" else f'[tool.poetry.dependencies]\n{name} = "{spec}"\n'
    path = "requirements.txt" if spec[:1] in "<>=~!" else "pyproject.toml"
    (pin,) = pins(path, written)
    assert pin.verdict == expected


def found(path: str, text: str) -> list[tuple[int, str, str]]:
    return [(pin.line, pin.name, pin.specifier) for pin in pins(path, text)]


def test_requirements_file() -> None:
    text = "# keras==9\nnumpy\nKeras == 2.2.4  # old\ntensorflow-gpu>=1.13,<2.0\nkeras-applications==1.0\nkeras_tuner\n"
    assert found("requirements.txt", text) == [(3, "keras", "== 2.2.4"), (4, "tensorflow-gpu", ">=1.13,<2.0")]


def test_project_files() -> None:
    assert found("pyproject.toml", 'description = "a keras tool"\ndependencies = ["keras>=2,<3"]') == [
        (2, "keras", ">=2,<3")
    ]
    assert found("pyproject.toml", '[tool.poetry.dependencies]\ntensorflow = "^2.4"') == [
        (2, "tensorflow", "^2.4")
    ]
    assert found("setup.py", "# about keras\ninstall_requires=['keras', 'tensorflow>=2.1.0']") == [
        (2, "keras", ""),
        (2, "tensorflow", ">=2.1.0"),
    ]


def test_environment_and_container_files() -> None:
    assert found("environment.yml", "dependencies:\n  - tensorflow=2.4\n  - pip:\n    - keras==2.4.3") == [
        (2, "tensorflow", "=2.4"),
        (4, "keras", "==2.4.3"),
    ]
    assert found("Dockerfile", "RUN pip install tensorflow==2.3.0 'keras<3'") == [
        (1, "tensorflow", "==2.3.0"),
        (1, "keras", "<3"),
    ]


def test_environment_names_versions() -> None:
    assert {"python", "keras", "tensorflow", "tf-keras"} <= environment().keys()


def test_a_report_and_the_rules_read_the_same_files() -> None:
    assert found("tox.ini", "[testenv]\ndeps =\n    keras==2.4.3\n    tensorflow>=2.1,<2.16\n") == [
        (3, "keras", "==2.4.3"),
        (4, "tensorflow", ">=2.1,<2.16"),
    ]
    assert found("README.md", "keras==2.4.3") == []
