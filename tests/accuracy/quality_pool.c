/* SPDX-License-Identifier: Apache-2.0 */
#include "quality_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

enum { THREADS_MAX = 64 };

void qual_die(const char *what, const char *where)
{
    (void)fprintf(stderr, "accuracy_quality: %s: %s\n", where, what);
    exit(3);
}

void *qual_room(size_t n, size_t each)
{
    void *p = calloc(n + 1, each);
    if (p == NULL) qual_die("out of memory", "pictures");
    return p;
}

typedef struct pool {
    const fv_engine *engine;
    qual_work work;
    void *context;
    size_t n;
    atomic_size_t next;
} pool;

static void *run(void *arg)
{
    pool *p = arg;
    fv_session *session = NULL;
    fv_error err = {.code = FV_OK};

    if (fv_session_create(&session, p->engine, &err) != FV_OK) qual_die(err.text, "session");
    for (size_t i; (i = atomic_fetch_add(&p->next, 1)) < p->n;)
        p->work(session, i, p->context);
    fv_session_destroy(&session);
    return NULL;
}

void qual_each(const fv_engine *engine, unsigned threads, size_t n, qual_work work, void *context)
{
    pthread_t ids[THREADS_MAX];
    pool p = {.engine = engine, .work = work, .context = context, .n = n};

    if (threads > THREADS_MAX) threads = THREADS_MAX;
    for (unsigned i = 0; i < threads; i++) {
        if (pthread_create(&ids[i], NULL, run, &p) != 0) qual_die("cannot be started", "thread");
    }
    for (unsigned i = 0; i < threads; i++)
        (void)pthread_join(ids[i], NULL);
}

fv_bytes qual_read(const char *path)
{
    fv_error err = {.code = FV_OK};
    uint8_t *data = NULL;
    size_t len = 0;

    if (fvi_file_read(path, 64 << 20, FV_E_ARG, &data, &len, &err) != FV_OK)
        qual_die(err.text, path);
    return (fv_bytes){data, len};
}

fvi_seen qual_examine(fv_session *session, fv_bytes bytes, fv_image kind)
{
    fv_error err = {.code = FV_OK};
    fvi_examined out = {.has_chip = false};
    fv_timings t = {0};
    fvi_examine what = {.which = kind, .bytes = bytes, .timings = &t, .no_chip = true};

    if (fvi_photo_examine(session, &what, &out, &err) != FV_OK) qual_die(err.text, "a photograph");
    return out.seen;
}
