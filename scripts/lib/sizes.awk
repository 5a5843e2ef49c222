# SPDX-License-Identifier: Apache-2.0
# Reads `ctags -x` lines "FILE<tab>FIRST<tab>LAST<tab>NAME<tab>SIGNATURE" (one a function), then looks
# into the files. Prints each function that is too long or has too many parameters. Lines of a table
# (from "= {" to "};") do not count. A waiver is a comment in the three lines before the function:
# "lint: long, REASON" or "lint: parameters, REASON".
BEGIN {
  FS = "\t"
  most_lines = 60
  most_parameters = 5
}

function read_file(path,    line, n, table) {
  n = 0
  table = 0
  while ((getline line < path) > 0) {
    n++
    text[path, n] = line
    if (line ~ /= \{$/) table = 1
    tabled[path, n] = tabled[path, n - 1] + table
    if (line ~ /^[ \t]*\};/) table = 0
  }
  close(path)
  known[path] = 1
}

function waived(path, first, what,    i) {
  for (i = first; i >= first - 3 && i > 0; i--)
    if (text[path, i] ~ ("lint: " what ", [^ ]")) return 1
  return 0
}

function parameters(signature,    i, c, depth, n) {
  if (signature ~ /^\((void)?\)$/) return 0
  n = 1
  for (i = 1; i <= length(signature); i++) {
    c = substr(signature, i, 1)
    if (c ~ /[(<[{]/) depth++
    else if (c ~ /[])>}]/) depth--
    else if (c == "," && depth == 1) n++
  }
  return n
}

{
  if (!($1 in known)) read_file($1)
  long = $3 - $2 + 1 - (tabled[$1, $3] - tabled[$1, $2])
  count = parameters($5)
  if (long > most_lines && !waived($1, $2, "long")) {
    printf "%s:%d: %s has %d lines; at most %d\n", $1, $2, $4, long, most_lines
    bad = 1
  }
  # What stands in for a library's function has that function's parameters.
  if (count > most_parameters && $4 !~ /^__wrap_/ && !waived($1, $2, "parameters")) {
    printf "%s:%d: %s has %d parameters; at most %d\n", $1, $2, $4, count, most_parameters
    bad = 1
  }
}
END { exit bad }
