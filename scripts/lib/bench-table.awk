# SPDX-License-Identifier: Apache-2.0
# The JSON lines of scripts/bench as a table for people.
function value(key,   at, rest) {
  at = index($0, "\"" key "\": ")
  if (at == 0) return ""
  rest = substr($0, at + length(key) + 4)
  sub(/[,}].*/, "", rest)
  gsub(/"/, "", rest)
  return rest
}
{ name = value("name") }
value("onednn_ms") != "" {
  if (!head++) printf "\n%-16s %10s %10s %8s\n", "", "oneDNN ms", "OpenCV ms", "ratio"
  printf "%-16s %10.3f %10.3f %7.2fx\n", name, value("onednn_ms"), value("opencv_ms"), value("ratio")
  next
}
value("share") != "" {
  notes = notes sprintf("%-16s %6.1f GFLOP/s, %3.0f %% of the sgemm peak (%.1f)\n", name, \
    value("gflops"), 100 * value("share"), value("peak_gflops"))
  next
}
value("one_per_s") != "" {
  notes = notes sprintf("%-16s %.1f a second on one thread, %.1f on two: %.2fx\n", name, \
    value("one_per_s"), value("two_per_s"), value("ratio"))
  next
}
value("resident_mib") != "" {
  notes = notes sprintf("%-16s %.1f MiB resident with %d sessions\n", name, value("resident_mib"), \
    value("sessions"))
  next
}
name == "measures" {
  notes = notes sprintf("%-16s %.2f ms a photograph (the view %.2f), %.0f %% of a verify of two\n", \
    name, value("ms"), value("view_ms"), 100 * value("of_verify"))
  next
}
name == "measure" {
  notes = notes sprintf("  %-24s %8.1f us\n", value("measure"), value("us"))
  next
}
value("ms") != "" { notes = notes sprintf("%-16s %.1f ms\n", name, value("ms")); next }
name ~ /^stages_/ {
  notes = notes sprintf("%-16s decode %.1f, detect %.1f, landmarks %.1f, pose %.1f, quality %.1f, chip %.1f, embed %.1f, all %.1f ms\n", \
    name, value("decode_us") / 1e3, value("detect_us") / 1e3, value("landmarks_us") / 1e3, \
    value("pose_us") / 1e3, value("quality_us") / 1e3, value("chip_us") / 1e3, value("embed_us") / 1e3, value("total_us") / 1e3)
}
END { printf "\n%s", notes }
