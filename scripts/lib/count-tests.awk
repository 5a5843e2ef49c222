# SPDX-License-Identifier: Apache-2.0
# Reads a JUnit file that ctest wrote; prints "PASSED FAILED SKIPPED". A test program of cmocka counts
# or of Python's unittest counts with each of its cases; any other program counts as one. A program
# that died counts as one failure beside the cases that it had passed.

function cases(mark,    n, seen, i, name, lines, count) {
  count = split(text, lines, "\n")
  for (i = 1; i <= count; i++) {
    if (index(lines[i], mark) != 1) continue
    name = substr(lines[i], length(mark) + 1)
    if (name ~ /test\(s\)/ || name in seen) continue # the summary names each case again
    seen[name]
    n++
  }
  return n + 0
}

# unittest says what became of each case at the end of its line.
function python_cases(ending,    n, lines, i, count) {
  count = split(text, lines, "\n")
  for (i = 1; i <= count; i++)
    if (lines[i] ~ ("\\) \\.\\.\\. " ending)) n++
  return n + 0
}

function finish(    ok, bad, left_out) {
  if (!inside) return
  ok = cases("[       OK ] ") + python_cases("ok$")
  bad = cases("[  FAILED  ] ") + python_cases("(FAIL|ERROR)$")
  left_out = cases("[  SKIPPED ] ") + python_cases("skipped ")
  if (state == "fail") {
    passed += ok
    failed += bad > 0 ? bad : 1
  } else if (state == "run") {
    passed += ok + left_out > 0 ? ok : 1
    skipped += left_out
  } else if (text ~ /<skipped message="SKIP_/ || state == "disabled") {
    skipped++
  } else {
    failed++ # a program that is not there has not been skipped on purpose
  }
  inside = 0
}

/<testcase / {
  finish()
  inside = 1
  text = ""
  state = "skip"
  if (match($0, /status="[a-z]*"/)) state = substr($0, RSTART + 8, RLENGTH - 9)
}
inside { line = $0; sub(/^.*<system-out>/, "", line); text = text "\n" line }
/<\/testcase>/ { finish() }
END { finish(); print passed + 0, failed + 0, skipped + 0 }
