/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/parallel.h"

#include <pthread.h>

typedef struct piece {
    void (*fn)(void *cookie, size_t from, size_t to);
    void *cookie;
    size_t from, to;
} piece;

static void *run_piece(void *arg)
{
    const piece *p = arg;
    p->fn(p->cookie, p->from, p->to);
    return NULL;
}

fv_status fvi_parallel(unsigned threads, size_t n, void (*fn)(void *cookie, size_t from, size_t to),
                       void *cookie, fv_error *err)
{
    enum { MOST = 64 };
    pthread_t ids[MOST];
    piece pieces[MOST];
    unsigned k = threads < 1 ? 1 : threads > MOST ? MOST : threads, started = 0;

    for (unsigned i = 0; i < k; i++)
        pieces[i] = (piece){fn, cookie, n / k * i, i + 1 == k ? n : n / k * (i + 1)};
    for (; started < k; started++) {
        if (pthread_create(&ids[started], NULL, run_piece, &pieces[started]) != 0) break;
    }
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(ids[i], NULL);
    return started == k ? FV_OK : fvi_fail(err, FV_E_NOMEM, "no thread could be started");
}
