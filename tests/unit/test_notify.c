/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/notify.h"

/* The service manager's end. */
typedef struct manager {
    char dir[32];
    char path[64];
    int fd;
    char told[1024];
} manager;

static int set_up(void **state)
{
    static manager m;
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    (void)snprintf(m.dir, sizeof m.dir, "/tmp/fv_notify_XXXXXX");
    assert_non_null(mkdtemp(m.dir));
    (void)snprintf(m.path, sizeof m.path, "%s/socket", m.dir);
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", m.path);
    m.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(m.fd >= 0);
    assert_int_equal(bind(m.fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", m.path, 1), 0);
    *state = &m;
    return 0;
}

static int tear_down(void **state)
{
    manager *m = *state;
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
    (void)close(m->fd);
    (void)unlink(m->path);
    assert_int_equal(rmdir(m->dir), 0);
    return 0;
}

/* The next datagram; "" where there is none. */
static const char *told(manager *m)
{
    ssize_t n = recv(m->fd, m->told, sizeof m->told - 1, 0);
    m->told[n > 0 ? n : 0] = '\0';
    return m->told;
}

static void test_notify__each_notice_is_one_datagram(void **state)
{
    manager *m = *state;
    assert_true(fvi_notify_ready());
    assert_string_equal(told(m), "READY=1");
    assert_true(fvi_notify_stopping());
    assert_string_equal(told(m), "STOPPING=1");
    assert_true(fvi_notify_watchdog());
    assert_string_equal(told(m), "WATCHDOG=1");
    assert_true(fvi_notify_extend(30000000));
    assert_string_equal(told(m), "EXTEND_TIMEOUT_USEC=30000000");
    assert_string_equal(told(m), "");
}

static void test_notify__a_reload_says_when_it_began(void **state)
{
    manager *m = *state;
    uint64_t before = fvi_clock_us();
    uint64_t us = 0;
    assert_true(fvi_notify_reloading());
    uint64_t after = fvi_clock_us();
    assert_int_equal(sscanf(told(m), "RELOADING=1\nMONOTONIC_USEC=%" SCNu64, &us), 1);
    assert_true(us >= before && us <= after);
}

static void test_notify__a_status_stays_one_line(void **state)
{
    manager *m = *state;
    char big[2000];
    assert_true(fvi_notify_status("serving\nREADY=1\x7f"));
    assert_string_equal(told(m), "STATUS=serving READY=1 ");
    for (size_t i = 0; i + 3 <= sizeof big; i += 3)
        memcpy(big + i, "\xe6\x97\xa5", 3);
    big[1998] = '\0';
    assert_true(fvi_notify_status(big));
    size_t n = strlen(told(m));
    assert_true(n > 400 && n < 512);
    assert_memory_equal(m->told + n - 3, "\xe6\x97\xa5", 3);
}

static void test_notify__without_a_manager_nobody_is_told(void **state)
{
    manager *m = *state;
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    assert_false(fvi_notify_ready());
    assert_false(fvi_notify_status("x"));
    assert_int_equal(setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1), 0);
    assert_false(fvi_notify_reloading());
    assert_string_equal(told(m), "");
}

static void test_notify__the_watchdog_s_time(void **state)
{
    char pid[32];
    (void)state;
    assert_int_equal(fvi_notify_watchdog_us(), 0);
    assert_int_equal(setenv("WATCHDOG_USEC", "2500000", 1), 0);
    assert_int_equal(fvi_notify_watchdog_us(), 2500000);
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    assert_int_equal(setenv("WATCHDOG_PID", pid, 1), 0);
    assert_int_equal(fvi_notify_watchdog_us(), 2500000);
    (void)snprintf(pid, sizeof pid, "%ld", (long)getppid());
    assert_int_equal(setenv("WATCHDOG_PID", pid, 1), 0);
    assert_int_equal(fvi_notify_watchdog_us(), 0);
    assert_int_equal(setenv("WATCHDOG_USEC", "nonsense", 1), 0);
    assert_int_equal(fvi_notify_watchdog_us(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_notify__each_notice_is_one_datagram),
        TEST(test_notify__a_reload_says_when_it_began),
        TEST(test_notify__a_status_stays_one_line),
        TEST(test_notify__without_a_manager_nobody_is_told),
        TEST(test_notify__the_watchdog_s_time),
    };
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
