# SPDX-License-Identifier: Apache-2.0
# Reads a JUnit file that ctest wrote; prints each skipped program with the last line that it
# printed, and each skipped case of cmocka and unittest.
/<testcase / {
  name = $0
  sub(/^.* name="/, "", name)
  sub(/".*$/, "", name)
  skipped = /status="(notrun|skipped|disabled)"/
  last = ""
}
/^\[  SKIPPED \] [^ ]+$/ && !($4 in seen) { seen[$4]; printf "skipped: %s: %s\n", name, $4 }
/\) \.\.\. skipped / { case_name = $1; sub(/^.*>/, "", case_name); why = $0; sub(/^.*skipped /, "", why); printf "skipped: %s: %s: %s\n", name, case_name, why }
skipped && /<skipped / { message = $0; sub(/^.*message="/, "", message); sub(/".*$/, "", message) }
{
  line = $0
  sub(/^.*<system-out>/, "", line)
  sub(/<\/system-out>.*$/, "", line)
  if (line !~ /^[ \t]*</ && line ~ /[^ \t]/) last = line
}
skipped && /<\/testcase>/ { printf "skipped: %s: %s\n", name, last != "" ? last : message }
