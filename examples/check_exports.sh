#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_exports.sh LIBRARY HEADERS: the library shows what the headers promise, and nothing else.
set -eu
temp=$(mktemp -d)
trap 'rm -rf -- "$temp"' EXIT
nm -D --defined-only "$1" | awk '{ print $NF }' | sort >"$temp/shown"
cat "$2"/*.h | grep -v '^#' | tr '\n' ' ' | grep -oE 'FV_API [^;(]*\(' | sed 's/($//; s/.*[ *]//' | sort >"$temp/promised"
[ -s "$temp/promised" ] || { echo 'no FV_API in the headers' >&2; exit 1; }
diff "$temp/promised" "$temp/shown"
