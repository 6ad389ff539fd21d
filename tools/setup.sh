#!/bin/sh
# Install what dxpy is built and tested with: Debian packages, a virtual environment with the Python ones.
# usage: setup.sh PYTHON VENV
set -eu
python=$1
venv=$2
packages="gcc make libgccjit-12-dev libuv1-dev python3-dev python3-venv libpython3.11-testsuite binutils openssl"
missing=""
if command -v dpkg-query >/dev/null; then
    for package in $packages; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
fi
if [ -n "$missing" ]; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo"
    echo "installing Debian packages:$missing"
    $sudo apt-get update -qq
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
"$python" -m venv "$venv"
"$venv/bin/python" - >"$venv/requirements.txt" <<'END'
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)
print(*project["build-system"]["requires"], *project["project"]["dependencies"], sep="\n")
print(*project["project"]["optional-dependencies"]["test"], sep="\n")
END
"$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$venv/requirements.txt"
