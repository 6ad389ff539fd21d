#!/bin/sh
# Install what dxpy is built with (Debian packages, a virtual environment with the project in it).
# usage: setup.sh PYTHON VENV
set -eu
python=$1
venv=$2
packages="gcc make libgccjit-12-dev libuv1-dev python3-dev python3-venv binutils openssl"
missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo"
    echo "installing Debian packages:$missing"
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install -q --upgrade pip setuptools wheel
"$venv/bin/python" -m pip install -q "platformdirs>=3" "rich>=12" "pytest>=7" "pytest-timeout>=2" "hypothesis>=6" "uvloop>=0.17" "trio>=0.22"
