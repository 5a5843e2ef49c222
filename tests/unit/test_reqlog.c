/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#endif
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utf8.h"
#include "server/labels.h"
#include "server/reqlog.h"

typedef struct fixture {
    int ends[2]; /* of a pipe: reading, writing */
    fvi_reqlog *log;
    char line[8192]; /* what was read last */
} fixture;

/* What the next write() does in place of writing: n > 0: writes only n bytes; n < 0: fails. */
static struct {
    ssize_t n;
    int error;
} next_write;

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
    ssize_t n = next_write.n;

    if (n == 0) return __real_write(fd, data, len);
    next_write.n = 0;
    errno = next_write.error;
    return n < 0 ? -1 : __real_write(fd, data, (size_t)n);
}

static int set_up(void **state)
{
    static fixture f;
    fv_error err = {0};
    assert_int_equal(pipe(f.ends), 0);
    assert_fv_ok(fvi_reqlog_open(&f.log, f.ends[1], &err), &err);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    fvi_reqlog_close(&f->log);
    assert_null(f->log);
    fvi_reqlog_close(&f->log);
    (void)close(f->ends[0]);
    (void)close(f->ends[1]);
    return 0;
}

/* All that is in the pipe, which is not empty. */
static const char *read_pipe(fixture *f)
{
    ssize_t n = read(f->ends[0], f->line, sizeof f->line - 1);
    assert_true(n > 0);
    f->line[n] = '\0';
    return f->line;
}

/* The line behind its time, which must be one. */
static const char *after_time(const char *line)
{
    int year = 0;
    int parts[6];
    int used = 0;
    assert_int_equal(sscanf(line, "time=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ %n", &year, &parts[0],
                            &parts[1], &parts[2], &parts[3], &parts[4], &parts[5], &used),
                     7);
    assert_int_equal(used, 30);
    assert_true(year >= 2024);
    return line + used;
}

static fvi_reqlog_entry entry(void)
{
    return (fvi_reqlog_entry){
        .request_id = "r-1", .op = FVI_OP_VERIFY, .decision = FV_PASS, .total_us = 7};
}

static void test_reqlog__a_whole_line(void **state)
{
    fixture *f = *state;
    const fv_reason reasons[] = {{.code = FV_REASON_NO_FACE, .image = FV_RECORD},
                                 {.code = (fv_reason_code)54321, .image = FV_SELFIE},
                                 {.code = FV_REASON_NO_FACE, .image = FV_SELFIE}};
    const fv_timings timings = {1, 2, 0, 4, 5, 6, 7, 8, 9, 1000};
    const fvi_reqlog_entry e = {
        .request_id = "r-1",
        .channel = "alipay",
        .listener = "ipc:///run/faceverify/binding",
        .peer = "uid=1000",
        .op = FVI_OP_VERIFY,
        .decision = FV_RETAKE_SELFIE,
        .replayed = true,
        .queued = true,
        .queue_us = 12,
        .total_us = 3456,
        .reasons = reasons,
        .n_reasons = ARRAY_LEN(reasons),
        .timings = &timings,
    };
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_string_equal(
        after_time(read_pipe(f)),
        "level=info event=request request_id=r-1 channel=alipay op=verify status=OK "
        "decision=RETAKE_SELFIE reasons=record:NO_FACE,selfie:NO_FACE replayed=true "
        "peer=\"uid=1000\" listener=ipc:///run/faceverify/binding queue_us=12 decode_us=1 "
        "detect_us=2 pose_us=4 quality_us=5 liveness_us=6 chip_us=7 embed_us=8 compare_us=9 "
        "total_us=3456\n");
}

static void test_reqlog__what_is_not_given_is_not_there(void **state)
{
    fixture *f = *state;
    fvi_reqlog_entry e = {.op = FVI_OP_NONE, .status = FVI_INVALID_REQUEST, .channel = ""};
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_string_equal(after_time(read_pipe(f)),
                        "level=info event=request op=none status=INVALID_REQUEST total_us=0\n");
    e = (fvi_reqlog_entry){.op = FVI_OP_QUALITY};
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_string_equal(
        after_time(read_pipe(f)),
        "level=info event=request op=quality status=OK decision=UNUSABLE total_us=0\n");
}

static void test_reqlog__a_failure_says_what_is_at_fault(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fvi_reqlog_entry e = entry();
    (void)fvi_fail_field(&err, FV_E_ARG, "birth_date", "not a date");
    e.err = &err;
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_null(strstr(read_pipe(f), "birth_date"));
    e.status = FVI_INTERNAL;
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_string_equal(after_time(read_pipe(f)),
                        "level=error event=request request_id=r-1 op=verify status=INTERNAL "
                        "total_us=7 field=birth_date error=\"not a date\"\n");
}

static void test_reqlog__hostile_text_stays_one_value(void **state)
{
    static const struct {
        const char *text;
        const char *written;
    } cases[] = {
        {"a b", "channel=\"a b\""},
        {"x\ny status=OK", "channel=\"x\\ny status=OK\""},
        {"\" decision=PASS", "channel=\"\\\" decision=PASS\""},
        {"back\\slash", "channel=\"back\\\\slash\""},
        {"\x1b[2J\r\t\x7f", "channel=\"\\u001b[2J\\u000d\\u0009\\u007f\""},
        {"a=b", "channel=\"a=b\""},
        {"\xe6\x97\xa5", "channel=\"\xe6\x97\xa5\""},
        {"\xff\xe6\x97", "channel=\"\\ufffd\\ufffd\\ufffd\""},
        {"\xc2\x9b", "channel=\"\\u009b\""},
        {"\xe2\x80\xae", "channel=\"\\u202e\""},
        {"\xe2\x80\xa8", "channel=\"\\u2028\""},
        {"\xf0\x9f\x98\x80", "channel=\"\xf0\x9f\x98\x80\""},
        {"plain-1.2:/", "channel=plain-1.2:/"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char want[256];
        fvi_reqlog_entry e = entry();
        e.channel = cases[i].text;
        assert_true(fvi_reqlog_write(f->log, &e));
        (void)snprintf(want, sizeof want,
                       "level=info event=request request_id=r-1 %s op=verify status=OK "
                       "decision=PASS total_us=7\n",
                       cases[i].written);
        assert_string_equal(after_time(read_pipe(f)), want);
    }
}

static void fill_reasons(fv_reason reasons[FV_REASONS_MAX])
{
    static const fv_reason_code codes[] = {
#define R(name, number, ...) FV_REASON_##name,
#include "faceverify/reasons.def"
#undef R
    };
    size_t longest = 0;
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (strlen(fvi_reason_label(i)) > strlen(fvi_reason_label(longest))) longest = i;
    for (size_t i = 0; i < FV_REASONS_MAX; i++)
        reasons[i] = (fv_reason){.code = codes[longest], .image = FV_RECORD};
}

static void test_reqlog__the_longest_line_is_whole(void **state)
{
    fixture *f = *state;
    fv_timings timings;
    fv_reason reasons[FV_REASONS_MAX];
    fv_error err = {.code = FV_E_BACKEND};
    static char big[5000];
    memset(big, '\x01', sizeof big - 1);
    memset(&timings, 0xff, sizeof timings);
    memset(err.text, '\x01', sizeof err.text - 1);
    memset(err.field, '\x01', sizeof err.field - 1);
    fill_reasons(reasons);
    const fvi_reqlog_entry e = {
        .request_id = big,
        .channel = big,
        .listener = big,
        .peer = big,
        .op = FVI_OP_VERIFY,
        .status = FVI_DEADLINE_EXCEEDED,
        .replayed = true,
        .queued = true,
        .queue_us = UINT64_MAX,
        .total_us = UINT64_MAX,
        .reasons = reasons,
        .n_reasons = FV_REASONS_MAX,
        .timings = &timings,
        .err = &err,
    };
    assert_true(fvi_reqlog_write(f->log, &e));
    const char *line = read_pipe(f);
    assert_true(strlen(line) < 4096);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_non_null(strstr(line, " channel=\"\\u0001"));
    assert_non_null(strstr(line, "\\u0001...\" op=verify "));
    assert_non_null(strstr(line, " listener=\"\\u0001"));
    assert_non_null(strstr(line, " compare_us=4294967295 total_us=18446744073709551615 field="));
    assert_non_null(strstr(line, " error=\"\\u0001"));
    const char *list = strstr(line, " reasons=");
    assert_non_null(list);
    size_t commas = 0;
    for (const char *c = list; *c != '\0' && strncmp(c, " replayed", 9) != 0; c++)
        commas += *c == ',';
    assert_int_equal(commas, FV_REASONS_MAX - 1);
}

static void test_reqlog__long_values_end_at_a_character(void **state)
{
    fixture *f = *state;
    char big[301];
    fvi_reqlog_entry e = entry();
    for (size_t i = 0; i < 300; i += 3)
        memcpy(big + i, "\xe6\x97\xa5", 3);
    big[300] = '\0';
    e.peer = big;
    assert_true(fvi_reqlog_write(f->log, &e));
    const char *line = read_pipe(f);
    assert_int_equal(fvi_utf8_check((const uint8_t *)line, strlen(line)), strlen(line));
    assert_non_null(strstr(line, "\xe6\x97\xa5...\" total_us=7\n"));
}

/* Until the log says that a line is lost. */
static size_t fill_up(fixture *f)
{
    fvi_reqlog_entry e = entry();
    size_t written = 0;
    while (fvi_reqlog_write(f->log, &e))
        assert_true(++written < 100000);
    return written;
}

static void test_reqlog__a_full_pipe_costs_lines_and_says_so(void **state)
{
    fixture *f = *state;
    fvi_reqlog_entry e = entry();
    size_t lines = 0;
    assert_true(fcntl(f->ends[1], F_SETPIPE_SZ, 8192) > 0);
    size_t written = fill_up(f);
    for (int i = 0; i < 9; i++)
        assert_false(fvi_reqlog_write(f->log, &e));
    assert_int_equal(fvi_reqlog_lost(f->log), 10);
    assert_int_equal(fcntl(f->ends[1], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(f->ends[0], F_SETFL, O_NONBLOCK), 0);
    ssize_t n;
    while ((n = read(f->ends[0], f->line, sizeof f->line)) > 0)
        for (ssize_t i = 0; i < n; i++)
            lines += f->line[i] == '\n';
    assert_int_equal(lines, written);
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_non_null(strstr(read_pipe(f), " total_us=7 lost=10\n"));
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_null(strstr(read_pipe(f), "lost"));
    assert_int_equal(fvi_reqlog_lost(f->log), 10);
}

static void test_reqlog__a_slow_socket_costs_lines_too(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    fvi_reqlog_close(&f->log);
    assert_fv_ok(fvi_reqlog_open(&f->log, pair[1], &err), &err);
    assert_true(fill_up(f) > 10);
    assert_int_equal(fvi_reqlog_lost(f->log), 1);
    (void)close(pair[0]);
    fvi_reqlog_entry e = entry();
    assert_false(fvi_reqlog_write(f->log, &e)); /* and no SIGPIPE */
    (void)close(pair[1]);
}

static void test_reqlog__nobody_reads_any_more(void **state)
{
    fixture *f = *state;
    fvi_reqlog_entry e = entry();
    (void)close(f->ends[0]);
    assert_false(fvi_reqlog_write(f->log, &e)); /* and no SIGPIPE */
    (void)close(f->ends[1]);
    assert_false(fvi_reqlog_write(f->log, &e));
    assert_int_equal(fvi_reqlog_lost(f->log), 2);
    f->ends[0] = f->ends[1] = -1;
}

static void test_reqlog__an_interrupted_write_is_tried_again(void **state)
{
    fixture *f = *state;
    fvi_reqlog_entry e = entry();
    next_write.n = -1;
    next_write.error = EINTR;
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_non_null(strstr(read_pipe(f), "request_id=r-1"));
    next_write.n = -1;
    next_write.error = ENOSPC;
    assert_false(fvi_reqlog_write(f->log, &e));
    assert_int_equal(fvi_reqlog_lost(f->log), 1);
}

static void test_reqlog__half_a_line_does_not_spoil_the_next(void **state)
{
    fixture *f = *state;
    fvi_reqlog_entry e = entry();
    next_write.n = 12;
    assert_false(fvi_reqlog_write(f->log, &e));
    assert_true(fvi_reqlog_write(f->log, &e));
    const char *text = read_pipe(f);
    assert_int_equal(text[12], '\n');
    assert_string_equal(after_time(text + 13),
                        "level=info event=request request_id=r-1 op=verify status=OK "
                        "decision=PASS total_us=7 lost=1\n");
    assert_true(fvi_reqlog_write(f->log, &e));
    assert_int_equal(read_pipe(f)[0], 't');
}

static void test_reqlog__events_of_the_service(void **state)
{
    fixture *f = *state;
    assert_true(fvi_reqlog_event(f->log, FVI_LOG_WARNING, "relisten", "%s: %d", "ipc:///a\nb", 7));
    assert_string_equal(after_time(read_pipe(f)),
                        "level=warning event=relisten text=\"ipc:///a\\nb: 7\"\n");
    assert_true(fvi_reqlog_event(f->log, FVI_LOG_ERROR, "stopped", "%s", ""));
    assert_string_equal(after_time(read_pipe(f)), "level=error event=stopped\n");
}

enum { THREADS = 4, ROUNDS = 1000 };

static void *write_lines(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        fvi_reqlog_entry e = entry();
        (void)fvi_reqlog_write(arg, &e);
    }
    return NULL;
}

typedef struct reader {
    FILE *in;
    size_t lines;
    size_t mixed;     /* that are not what was written */
    size_t told_lost; /* sum of what lines say */
} reader;

static void *read_lines(void *arg)
{
    static const char whole[] = "Z level=info event=request request_id=r-1 op=verify status=OK "
                                "decision=PASS total_us=7";
    reader *r = arg;
    char line[512];
    while (fgets(line, sizeof line, r->in) != NULL) {
        size_t lost = 0;
        const char *end = line + 28 + sizeof whole - 1;
        r->lines++;
        if (strncmp(line, "time=", 5) != 0 || strncmp(line + 28, whole, sizeof whole - 1) != 0)
            r->mixed++;
        else if (strcmp(end, "\n") != 0 && sscanf(end, " lost=%zu\n", &lost) != 1)
            r->mixed++;
        r->told_lost += lost;
    }
    return NULL;
}

static void test_reqlog__lines_of_threads_do_not_mix(void **state)
{
    fixture *f = *state;
    pthread_t threads[THREADS + 1];
    reader r = {.in = fdopen(dup(f->ends[0]), "r")};
    assert_non_null(r.in);
    assert_int_equal(pthread_create(&threads[THREADS], NULL, read_lines, &r), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, f->log), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)close(f->ends[1]);
    f->ends[1] = -1;
    assert_int_equal(pthread_join(threads[THREADS], NULL), 0);
    assert_int_equal(r.mixed, 0);
    assert_int_equal(r.lines + fvi_reqlog_lost(f->log), THREADS * ROUNDS);
    assert_true(r.told_lost <= fvi_reqlog_lost(f->log));
    (void)fclose(r.in);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reqlog__a_whole_line),
        TEST(test_reqlog__what_is_not_given_is_not_there),
        TEST(test_reqlog__a_failure_says_what_is_at_fault),
        TEST(test_reqlog__hostile_text_stays_one_value),
        TEST(test_reqlog__the_longest_line_is_whole),
        TEST(test_reqlog__long_values_end_at_a_character),
        TEST(test_reqlog__a_full_pipe_costs_lines_and_says_so),
        TEST(test_reqlog__a_slow_socket_costs_lines_too),
        TEST(test_reqlog__nobody_reads_any_more),
        TEST(test_reqlog__an_interrupted_write_is_tried_again),
        TEST(test_reqlog__half_a_line_does_not_spoil_the_next),
        TEST(test_reqlog__events_of_the_service),
        TEST(test_reqlog__lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests_name("reqlog", tests, NULL, NULL);
}
