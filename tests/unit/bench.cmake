# SPDX-License-Identifier: Apache-2.0
fv_test(test_bench SOURCES test_bench.c LINKS fv_bench m LABELS unit)
fv_test(test_bench_work SOURCES test_bench_work.c LINKS fv_bench LABELS unit)
fv_test(test_bench_run SOURCES test_bench_run.c LINKS fv_bench Threads::Threads m LABELS unit)
target_link_options(test_bench_run PRIVATE
  LINKER:--wrap=fvi_clock_us,--wrap=pthread_cond_timedwait,--wrap=pthread_create)
fv_test(test_bench_service SOURCES test_bench_service.c LINKS fv_bench fv_test_responder LABELS unit)
target_link_options(test_bench_service PRIVATE
  LINKER:--wrap=fvi_exchange_start,--wrap=fvi_link_connected)
