"""Make the environment of an era: a virtual environment with the framework that wrote its models.

    python make_env.py keras-2.2.4 --into ~/eras --python ~/.pyenv/versions/3.7.16/bin/python
    ~/eras/keras_2_2_4/bin/python write.py --era keras-2.2.4 --out ..

Runs under Python 3.11; the interpreter that it is given must be of the version that eras.toml names.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

import tomllib

TABLE = Path(__file__).with_name("eras.toml")


def environment_of(era: str) -> tuple[str, dict[str, Any]]:
    """Name and entry of the environment that writes the era, or that has the name."""
    for name, entry in tomllib.loads(TABLE.read_text()).items():
        if era in entry["eras"] or era == name:
            return name, entry
    raise SystemExit(f"eras.toml knows no era {era}")


def main() -> int:
    """Create the environment and install the packages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("era")
    parser.add_argument("--into", required=True, type=Path)
    parser.add_argument("--python", default=None, help="interpreter; by default python<version> on the path")
    options = parser.parse_args()
    name, entry = environment_of(options.era)
    interpreter = options.python or f"python{entry['python']}"
    folder = options.into / name
    subprocess.run([interpreter, "-m", "venv", folder], check=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet"]
    if entry["python"] == "3.6":
        subprocess.run([*pip, "--upgrade", "pip<22"], check=True)
    subprocess.run([*pip, "--prefer-binary", *entry["packages"]], check=True)
    if "apart" in entry:
        subprocess.run([*pip, "--no-deps", *entry["apart"]], check=True)
    print(folder / "bin" / "python")
    return 0


if __name__ == "__main__":
    sys.exit(main())
