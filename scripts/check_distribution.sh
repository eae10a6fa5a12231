#!/usr/bin/env bash
# Build the wheel and the source distribution, check their metadata, and use the light installation from an empty folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet build twine
rm -rf "$root/dist"
"$work/tools/bin/python" -m build --outdir "$root/dist" "$root" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
"$work/tools/bin/twine" check --strict "$root"/dist/*

"$python" -m venv "$work/light"
"$work/light/bin/pip" install --quiet "$root"/dist/*.whl
cd "$work"
mkdir project
printf 'from keras.layers.core import Dense\n' >project/model.py
light="$work/light/bin/keras-migrate"
"$light" --version
status=0; "$light" code --check project >/dev/null || status=$?
[ "$status" -eq 1 ] || { echo "code --check gave $status where 1 was due"; exit 1; }
"$light" code --write --allow-dirty project >/dev/null
grep -q '^from keras.layers import Dense$' project/model.py
"$light" report project --out report.html --quiet
[ -s report.html ]
"$light" explain IMP002 >/dev/null
status=0; "$light" models project --out out 2>message || status=$?
[ "$status" -eq 2 ] && grep -q "pip install '.*\[models\]'" message || { echo "models without frameworks: $status"; cat message; exit 1; }
"$work/light/bin/python" -c 'import keras_migrate; print(keras_migrate.__version__, len(keras_migrate.__all__), "names")'
echo "light installation: $(du -sm "$work/light" | cut -f1) MB"
