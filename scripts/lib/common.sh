# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share. Sourced after `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
me=$(basename "$0")
readonly root me
cd "$root" || exit 3

say() { printf '%s: %s\n' "$me" "$*"; }

fail() { # code, text
  printf '%s: %s\n' "$me" "$2" >&2
  exit "$1"
}

# For a script that takes no argument but --help.
no_arguments() { # usage function, "$@"
  local usage=$1
  shift
  case "${1-}" in
    '') ;;
    -h | --help) "$usage"; exit 0 ;;
    *) "$usage" >&2; exit 2 ;;
  esac
}

# A service for as long as the script runs, in a folder that only this user can reach and that goes
# at its end. Its log and its first line are in the folder, too.
temp=
service=
make_temp() {
  temp=$(mktemp -d)
  trap clean EXIT
}
clean() {
  [[ -z $service ]] || kill -KILL "$service" 2>/dev/null || true
  rm -rf -- "$temp"
}
start_service() { # argument...: of faceverify serve; returns when it answers
  build/faceverify serve --http '' "$@" >"$temp/ready" 2>"$temp/log" &
  service=$!
  until grep -q ready "$temp/ready"; do
    kill -0 "$service" 2>/dev/null || { cat "$temp/log" >&2; fail 3 "the service did not start"; }
    sleep 0.1
  done
}
end_service() { # returns its exit code
  local code=0
  kill -TERM "$service"
  wait "$service" || code=$?
  service=
  return "$code"
}
