#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# symbols.sh LIBRARY HEADER...: the library exports the functions that the headers mark FV_API, and
# nothing else.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
library=$1
shift
nm -D --defined-only "$library" | awk '{print $NF}' | sort > "$work/exported"
cat "$@" |
  tr '\n' ' ' | grep -o 'FV_API [^(;]*(' |
  sed -E 's/.*[ *]([A-Za-z_0-9]+)\($/\1/' | sort > "$work/declared"
test -s "$work/declared"
diff -u "$work/declared" "$work/exported"
echo "$(wc -l < "$work/declared") functions, declared and exported"
