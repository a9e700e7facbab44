#!/bin/sh
# Makes the secrets that compose.yaml hands to its containers, in the folder `secrets` beside this file, once.
# Nothing that is there is changed: other passwords would not be those of the database.
set -eu

case "${1:-}" in
'') ;;
-h | --help)
    echo "usage: $0"
    echo 'Makes the files in secrets/ that are not there yet. Keep a copy of secret-keys in a safe place.'
    exit 0
    ;;
*)
    echo "usage: $0" >&2
    exit 2
    ;;
esac

cd "$(dirname "$0")"
# Others cannot enter the folder. Its files have to be readable to the accounts in the containers, which are no accounts here.
umask 077
mkdir -p secrets
cd secrets

make() {
    if [ -e "$1" ]; then
        echo "secrets/$1 is there already"
        return
    fi
    printf '%s\n' "$2" >"$1.new"
    chmod 0444 "$1.new"
    mv "$1.new" "$1"
    echo "secrets/$1 made"
}

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

make postgres-password "$(random)"
make owner-password "$(random)"
make server-password "$(random)"
make owner-url "postgresql://partners_owner:$(cat owner-password)@postgres:5432/partners"
make server-url "postgresql://partners_server:$(cat server-password)@postgres:5432/partners"
make secret-keys "k1:$(random)"
