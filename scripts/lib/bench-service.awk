# SPDX-License-Identifier: Apache-2.0
# Lines "IN_PROCESS SERVICE", verifies a second, one a round: JSON lines, and the medians.
function median(v, n,    i, k, x) {
  for (i = 2; i <= n; i++) {
    x = v[i]
    for (k = i - 1; k > 0 && v[k] > x; k--) v[k + 1] = v[k]
    v[k + 1] = x
  }
  return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
NF != 2 || $1 <= 0 || $2 <= 0 { bad = 1; exit 1 }
{
  local_s[NR] = $1
  service_s[NR] = $2
  ratio[NR] = $2 / $1
  printf "{\"name\": \"service_round\", \"in_process_per_s\": %.2f, \"service_per_s\": %.2f, \"ratio\": %.3f}\n", \
    $1, $2, $2 / $1
  fflush()
}
END {
  if (bad || NR == 0) {
    print "bench: a round gave no figure" > "/dev/stderr"
    exit 1
  }
  printf "{\"name\": \"service\", \"workers\": %d, \"rounds\": %d, \"in_process_per_s\": %.2f, \"service_per_s\": %.2f, \"ratio\": %.3f}\n", \
    workers, NR, median(local_s, NR), median(service_s, NR), median(ratio, NR)
}
