/* SPDX-License-Identifier: Apache-2.0 */
/* A file is there whole or not at all, whatever fails on the way. */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

/* Which call fails, with which errno; 0 = none. */
static struct {
    int write_after; /* bytes that fit, -1 = all */
    int fsync_errno, rename_errno, close_errno;
    bool interrupted;
} fault;

ssize_t __real_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_close(int fd);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_close(int fd);

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    if (fd <= STDERR_FILENO) return __real_write(fd, p, n);
    if (fault.interrupted) {
        fault.interrupted = false;
        errno = EINTR;
        return -1;
    }
    if (fault.write_after == 0) {
        errno = ENOSPC;
        return -1;
    }
    size_t most = fault.write_after > 0 && n > 100 ? 100 : n; /* in pieces */
    if (fault.write_after > 0) {
        if (most > (size_t)fault.write_after) most = (size_t)fault.write_after;
        fault.write_after -= (int)most;
    }
    return __real_write(fd, p, most);
}

int __wrap_fsync(int fd)
{
    if (fault.fsync_errno == 0) return __real_fsync(fd);
    errno = fault.fsync_errno;
    return -1;
}

int __wrap_rename(const char *from, const char *to)
{
    if (fault.rename_errno == 0) return __real_rename(from, to);
    errno = fault.rename_errno;
    return -1;
}

int __wrap_close(int fd)
{
    int result = __real_close(fd);
    if (fault.close_errno == 0) return result;
    errno = fault.close_errno;
    return -1;
}

static char dir[] = "/tmp/fv-write-XXXXXX";
static char path[128];
static uint8_t content[5000];

static int set_up(void **state)
{
    (void)state;
    memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
    memset(&fault, 0, sizeof fault);
    fault.write_after = -1;
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 7 + i / 256);
    if (mkdtemp(dir) == NULL) return -1;
    (void)snprintf(path, sizeof path, "%s/out.png", dir);
    return 0;
}

static int names_in_dir(void)
{
    int n = 0;
    DIR *d = opendir(dir);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(dir); /* fails where something is left behind */
}

static fv_status write_to(const char *to, const char *never, fv_error *err)
{
    const cli_target target = {to, "overlay", never};
    *err = (fv_error){.code = FV_OK};
    return cli_write_file(&target, (fv_bytes){content, sizeof content}, err);
}

static void assert_holds(const char *file, const void *what, size_t n)
{
    static uint8_t read[sizeof content + 1];
    FILE *f = fopen(file, "rb");
    assert_non_null(f);
    assert_int_equal(fread(read, 1, sizeof read, f), n);
    (void)fclose(f);
    assert_memory_equal(read, what, n);
}

static void put(const char *file, const char *text)
{
    FILE *f = fopen(file, "wb");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void test_write__the_owner_alone_may_read_it(void **state)
{
    fv_error err;
    struct stat sb;
    (void)state;
    mode_t before = umask(0);
    assert_fv_ok(write_to(path, NULL, &err), &err);
    (void)umask(before);
    assert_holds(path, content, sizeof content);
    assert_int_equal(stat(path, &sb), 0);
    assert_int_equal(sb.st_mode & 07777, 0600);
    assert_int_equal(names_in_dir(), 1);
}

static void test_write__replaces_what_was_there(void **state)
{
    fv_error err;
    struct stat sb;
    (void)state;
    put(path, "old");
    assert_int_equal(chmod(path, 0644), 0);
    fault.interrupted = true; /* and goes on after a signal */
    assert_fv_ok(write_to(path, dir, &err), &err);
    assert_holds(path, content, sizeof content);
    assert_int_equal(stat(path, &sb), 0);
    assert_int_equal(sb.st_mode & 07777, 0600);
    assert_int_equal(names_in_dir(), 1);
}

static void assert_fails(fv_status want, const char *says)
{
    fv_error err;
    fv_status st = write_to(path, NULL, &err);
    if (st != want || strstr(err.text, says) == NULL)
        fail_msg("%s: status %d: %s", says, (int)st, err.text);
    assert_string_equal(err.field, "overlay");
    assert_holds(path, "old", 3);
    assert_int_equal(names_in_dir(), 1);
}

static void test_write__what_fails_leaves_the_old_file_and_no_other(void **state)
{
    static const int room[] = {0, 1, 100, 4999};
    (void)state;
    put(path, "old");
    for (size_t i = 0; i < ARRAY_LEN(room); i++) {
        fault.write_after = room[i];
        assert_fails(FV_E_INTERNAL, "cannot be written: No space left on device");
    }
    fault.write_after = -1;
    fault.fsync_errno = EIO;
    assert_fails(FV_E_INTERNAL, "Input/output error");
    fault.fsync_errno = 0;
    fault.close_errno = EDQUOT;
    assert_fails(FV_E_INTERNAL, "Disk quota exceeded");
    fault.close_errno = 0;
    fault.rename_errno = EACCES;
    assert_fails(FV_E_ARG, "Permission denied");
    fault.rename_errno = 0;
}

static void test_write__where_nothing_can_be_written(void **state)
{
    char deeper[256], pipe[256], photo[256];
    fv_error err;
    struct stat sb;
    (void)state;
    (void)snprintf(deeper, sizeof deeper, "%s/none/out.png", dir);
    assert_int_equal(write_to(deeper, NULL, &err), FV_E_ARG);
    assert_non_null(strstr(err.text, "No such file or directory"));
    assert_int_equal(write_to(dir, NULL, &err), FV_E_ARG);
    assert_non_null(strstr(err.text, "it is a folder"));
    assert_int_equal(write_to("", NULL, &err), FV_E_ARG);
    (void)snprintf(pipe, sizeof pipe, "%s/pipe", dir);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(write_to(pipe, NULL, &err), FV_E_ARG);
    assert_non_null(strstr(err.text, "it is a pipe or a device"));
    assert_true(stat(pipe, &sb) == 0 && S_ISFIFO(sb.st_mode));
    assert_int_equal(unlink(pipe), 0);
    assert_int_equal(write_to("/dev/full", NULL, &err), FV_E_ARG);
    assert_true(stat("/dev/full", &sb) == 0 && S_ISCHR(sb.st_mode));

    (void)snprintf(photo, sizeof photo, "%s/../%s/photo.jpg", dir, strrchr(dir, '/'));
    (void)snprintf(deeper, sizeof deeper, "%s/photo.jpg", dir);
    put(deeper, "a photograph");
    assert_int_equal(write_to(deeper, photo, &err), FV_E_ARG);
    assert_non_null(strstr(err.text, "the photograph itself"));
    assert_holds(deeper, "a photograph", 12);
    assert_int_equal(unlink(deeper), 0);
    assert_int_equal(names_in_dir(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_write__the_owner_alone_may_read_it),
        TEST(test_write__replaces_what_was_there),
        TEST(test_write__what_fails_leaves_the_old_file_and_no_other),
        TEST(test_write__where_nothing_can_be_written),
    };
    return cmocka_run_group_tests_name("write_file", tests, NULL, NULL);
}
