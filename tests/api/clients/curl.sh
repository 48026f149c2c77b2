#!/usr/bin/env bash
# A client of Flask-Security in curl: an authentication token, and codes of HTTP.
# Usage: curl.sh URL EMAIL PASSWORD NEW_PASSWORD
set -euo pipefail

url=$1 email=$2 password=$3 new_password=$4
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# call TOKEN PATH [BODY]: the status; the body of the answer is in $answer.
call() {
    curl --silent --show-error --max-time 20 --output "$answer" --write-out '%{http_code}' \
        --header 'Content-Type: application/json' --header 'Accept: application/json' \
        ${1:+--header "Authentication-Token: $1"} ${3:+--data "$3"} "$url$2"
}

# expect STATUS TOKEN PATH [BODY]
expect() {
    local status
    status=$(call "${@:2}")
    [ "$status" = "$1" ] && return
    echo "$3: $status, not $1: $(cat "$answer")" >&2
    exit 1
}

token() {
    sed -n 's/.*"authentication_token": *"\([^"]*\)".*/\1/p' "$answer"
}

expect 400 "" "/login?include_auth_token" '{"email": "'"$email"'", "password": "not-'"$password"'"}'
expect 200 "" "/login?include_auth_token" '{"email": "'"$email"'", "password": "'"$password"'"}'
first=$(token)
[ -n "$first" ]

expect 401 "" /change
expect 200 "$first" /change
grep -q '"active_password": *true' "$answer"
expect 200 "$first" /verify
expect 200 "" /reset '{"email": "'"$email"'"}'
expect 200 "$first" "/change?include_auth_token" \
    '{"password": "'"$password"'", "new_password": "'"$new_password"'", "new_password_confirm": "'"$new_password"'"}'
second=$(token)
[ -n "$second" ]

expect 401 "$first" /change
expect 200 "$second" /change
expect 200 "$second" /logout '{}'
expect 400 "" /login '{"email": "'"$email"'", "password": "'"$password"'"}'
