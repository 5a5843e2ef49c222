/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of tests/data/wire, and bytes that are no message. */
#ifndef FVI_WIRE_FIXTURE_H
#define FVI_WIRE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

typedef struct golden {
    uint8_t *data;
    size_t len;
} golden;

static inline golden golden_read(const char *name)
{
    char path[512];
    fv_error err = {.code = FV_OK};
    golden g = {NULL, 0};

    (void)snprintf(path, sizeof path, "%s/wire/%s.bin", FV_TEST_DATA, name);
    assert_fv_ok(fvi_file_read(path, 1 << 20, FV_E_ARG, &g.data, &g.len, &err), &err);
    return g;
}

/** What was encoded is the file, byte by byte; frees it. */
static inline void golden_is(const char *name, uint8_t *data, size_t len)
{
    golden g = golden_read(name);

    assert_int_equal(len, g.len);
    assert_memory_equal(data, g.data, len);
    free(g.data);
    free(data);
}

static inline fv_bytes text_bytes(const char *s)
{
    return (fv_bytes){(const uint8_t *)s, strlen(s)};
}

#endif
