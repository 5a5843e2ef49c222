# SPDX-License-Identifier: Apache-2.0
fv_test(test_replay_set SOURCES test_replay_set.c LINKS fv_replay LABELS unit)
fv_test(test_replay_figures SOURCES test_replay_figures.c LINKS fv_replay m LABELS unit)
fv_test(test_replay_run SOURCES test_replay_run.c LINKS fv_replay PkgConfig::jansson m LABELS unit)
fv_test(test_replay_work SOURCES test_replay_work.c LINKS fv_replay fv_test_portrait PkgConfig::jansson
  Threads::Threads m LABELS unit TIMEOUT 600)
