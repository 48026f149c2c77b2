#!/usr/bin/env bash
# A PostgreSQL of its own in a temporary folder. Prints its URL, then obeys the lines `stop` and `start` on
# standard input, answering each with a line, and goes away with its folder when standard input closes.
set -euo pipefail
trap '' INT

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$bin/postgres" ] || bin=$(dirname "$(command -v postgres || echo /nowhere/postgres)")
if [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL is not installed" >&2
    exit 3
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-postgres.XXXXXX")
cd "$folder"
as=()
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
    user=postgres
    id -u "$user" >/dev/null 2>&1 || user=nobody
    chown "$user" "$folder"
    as=(setpriv --reuid="$(id -u "$user")" --regid="$(id -g "$user")" --clear-groups --)
fi

control() {
    "${as[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --silent --wait "$@" >/dev/null 2>&1 </dev/null
}

leave() {
    control stop --mode=immediate || true
    rm -rf "$folder"
}
trap leave EXIT

"${as[@]}" "$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C --no-sync >/dev/null
"${as[@]}" tee -a "$folder/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
CONF

port=
for _ in $(seq 20); do
    try=$((20000 + RANDOM % 12000)) # below the ports that the system hands out by itself
    if control start --options="-p $try" --log="$folder/log"; then
        port=$try
        break
    fi
done
if [ -z "$port" ]; then
    echo "PostgreSQL did not start: $(tail -n 3 "$folder/log" 2>/dev/null)" >&2
    exit 4
fi
echo "postgres://postgres:the-database-password@127.0.0.1:$port"

while read -r order; do
    case $order in
    stop) control stop --mode=fast && echo stopped ;;
    start) control start --options="-p $port" --log="$folder/log" && echo started ;;
    esac
done
