# SPDX-License-Identifier: Apache-2.0
fv_test(test_serve_url SOURCES test_serve_url.c LINKS fv_server LABELS unit)
fv_test(test_serve_queue SOURCES test_serve_queue.c LINKS fv_server Threads::Threads LABELS unit)
fv_test(test_self_check SOURCES test_self_check.c LINKS fv_engine_backend fv_verify m LABELS unit)
target_link_options(test_self_check PRIVATE LINKER:--wrap=fvi_nn_run)
