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
