/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "bench/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/memory.h"

fvi_op fvi_bench_wire_op(fvi_bench_op op)
{
    return (fvi_op)((int)op + (int)FVI_OP_VERIFY);
}

const char *fvi_bench_op_name(fvi_bench_op op)
{
    return fvi_op_name(fvi_bench_wire_op(op));
}

/* Smooth weighted round robin: whoever is furthest behind its share is next. */
static void spread(fvi_bench_work *w)
{
    long behind[FVI_BENCH_OPS] = {0};
    long total = 0;

    for (int op = 0; op < FVI_BENCH_OPS; op++)
        total += (long)w->weights[op];
    w->n_cycle = (size_t)total;
    for (size_t i = 0; i < w->n_cycle; i++) {
        int next = 0;
        for (int op = 0; op < FVI_BENCH_OPS; op++) {
            behind[op] += (long)w->weights[op];
            if (behind[op] > behind[next]) next = op;
        }
        behind[next] -= total;
        w->cycle[i] = (fvi_bench_op)next;
    }
}

void fvi_bench_work_init(fvi_bench_work *w)
{
    struct timespec t = {0};

    *w = (fvi_bench_work){.weights = {[FVI_BENCH_VERIFY] = 1}};
    (void)clock_gettime(CLOCK_REALTIME, &t);
    (void)snprintf(w->run_id, sizeof w->run_id, "bench-%llx%05lx-%lx", (unsigned long long)t.tv_sec,
                   (unsigned long)t.tv_nsec / 1000, (unsigned long)getpid());
    spread(w);
}

void fvi_bench_work_free(fvi_bench_work *w)
{
    for (size_t i = 0; i < w->n_pairs; i++) {
        fv_bytes both[2] = {w->pairs[i].selfie, w->pairs[i].record};
        for (int k = 0; k < 2; k++) {
            void *data = (void *)(uintptr_t)both[k].data; /* ours: given by malloc */
            if (data != NULL) fvi_wipe(data, both[k].len);
            free(data);
        }
    }
    free(w->pairs);
    w->pairs = NULL;
    w->n_pairs = w->pairs_cap = w->bytes = 0;
}

/* "verify:8" of n characters; -1: it is none. */
static int take_weight(const char *text, size_t n, unsigned weights[FVI_BENCH_OPS])
{
    const char *colon = memchr(text, ':', n);
    size_t letters = colon != NULL ? (size_t)(colon - text) : n;
    unsigned v = 0;

    for (const char *c = text + letters + 1; colon != NULL && c < text + n; c++) {
        if (*c < '0' || *c > '9' || v > FVI_BENCH_CYCLE_MAX) return -1;
        v = v * 10 + (unsigned)(*c - '0');
    }
    for (int op = 0; op < FVI_BENCH_OPS; op++) {
        const char *name = fvi_bench_op_name((fvi_bench_op)op);
        if (strlen(name) != letters || strncmp(name, text, letters) != 0) continue;
        if (weights[op] != 0) return -1;
        weights[op] = v;
        return v > 0 ? 0 : -1;
    }
    return -1;
}

fv_status fvi_bench_work_mix(fvi_bench_work *w, const char *text, fv_error *err)
{
    unsigned weights[FVI_BENCH_OPS] = {0};
    unsigned total = 0;

    for (const char *p = text;;) {
        size_t n = strcspn(p, ",");
        if (take_weight(p, n, weights) != 0)
            return fvi_fail_field(err, FV_E_ARG, "mix",
                                  "must be like verify:8,quality:1; known: verify, match, "
                                  "liveness, quality, each once");
        p += n;
        if (*p++ == '\0') break;
    }
    for (int op = 0; op < FVI_BENCH_OPS; op++)
        total += weights[op];
    if (total > FVI_BENCH_CYCLE_MAX)
        return fvi_fail_field(err, FV_E_ARG, "mix", "weights together must be at most %d",
                              (int)FVI_BENCH_CYCLE_MAX);
    memcpy(w->weights, weights, sizeof weights);
    spread(w);
    return FV_OK;
}

static fv_status room(fvi_bench_work *w, size_t more, fv_error *err)
{
    if (more > ((size_t)FVI_BENCH_PHOTOS_MAX_MB << 20) - w->bytes)
        return fvi_fail_field(err, FV_E_LIMIT, "pairs",
                              "more than %d MB of photographs: give fewer rows",
                              (int)FVI_BENCH_PHOTOS_MAX_MB);
    if (w->n_pairs < w->pairs_cap) return FV_OK;
    size_t cap = w->pairs_cap > 0 ? 2 * w->pairs_cap : 16;
    fvi_bench_pair *p = realloc(w->pairs, cap * sizeof *p);
    if (p == NULL) return fvi_fail(err, FV_E_NOMEM, "pairs");
    w->pairs = p;
    w->pairs_cap = cap;
    return FV_OK;
}

fv_status fvi_bench_work_pair(fvi_bench_work *w, fvi_bench_pair pair, fv_error *err)
{
    size_t bytes = pair.selfie.len + pair.record.len;
    fv_status st = room(w, bytes, err);

    if (st != FV_OK) {
        free((void *)(uintptr_t)pair.selfie.data);
        free((void *)(uintptr_t)pair.record.data);
        return st;
    }
    w->pairs[w->n_pairs++] = pair;
    w->bytes += bytes;
    return FV_OK;
}

/* `name` in the folder that `csv` lies in. */
static fv_status beside(const char *csv, const char *name, char *out, size_t cap)
{
    const char *slash = strrchr(csv, '/');
    int folder = name[0] == '/' || slash == NULL ? 0 : (int)(slash - csv + 1);
    int n = snprintf(out, cap, "%.*s%s", folder, csv, name);

    return n > 0 && (size_t)n < cap && name[0] != '\0' ? FV_OK : FV_E_ARG;
}

static fv_status read_row(fvi_bench_work *w, const char *names[2], const char *csv,
                          fvi_bench_read read, fv_error *err)
{
    fv_status st = FV_OK;
    uint8_t *data[2] = {NULL, NULL};
    size_t len[2] = {0, 0};
    char path[4096];

    for (int k = 0; k < 2; k++) {
        if (beside(csv, names[k], path, sizeof path) != FV_OK)
            FVI_TRY(fvi_fail_field(err, FV_E_ARG, "pairs", "a path is empty or too long"));
        FVI_TRY(read(path, "pairs", &data[k], &len[k], err));
    }
    st = fvi_bench_work_pair(w, (fvi_bench_pair){{data[0], len[0]}, {data[1], len[1]}}, err);
    data[0] = data[1] = NULL;
out:
    free(data[0]);
    free(data[1]);
    return st;
}

static fv_status find_columns(const fvi_csv_row *header, size_t columns[2], fv_error *err)
{
    static const char *const names[2] = {"path_a", "path_b"};

    for (int k = 0; k < 2; k++) {
        columns[k] = 0;
        while (columns[k] < header->n && strcmp(header->field[columns[k]], names[k]) != 0)
            columns[k]++;
        if (columns[k] == header->n)
            return fvi_fail_field(err, FV_E_ARG, "pairs", "the CSV has no column %s", names[k]);
    }
    return FV_OK;
}

fv_status fvi_bench_work_csv(fvi_bench_work *w, const char *path, fvi_bench_read read,
                             fv_error *err)
{
    fv_status st = FV_OK;
    fvi_csv *csv = NULL;
    fvi_csv_row row = {0};
    size_t columns[2];

    FVI_TRY(fvi_csv_open(&csv, path, err));
    FVI_TRY(fvi_csv_next(csv, &row, err));
    FVI_TRY(find_columns(&row, columns, err));
    for (;;) {
        FVI_TRY(fvi_csv_next(csv, &row, err));
        if (row.n == 0) break;
        if (row.n <= columns[0] || row.n <= columns[1])
            FVI_TRY(
                fvi_fail_field(err, FV_E_ARG, "pairs", "line %zu has too few fields", row.line));
        const char *names[2] = {row.field[columns[0]], row.field[columns[1]]};
        FVI_TRY(read_row(w, names, path, read, err));
    }
    if (w->n_pairs == 0) st = fvi_fail_field(err, FV_E_ARG, "pairs", "the CSV names no pair");
out:
    fvi_csv_close(&csv);
    return st;
}

/* After so many requests the same pair would come with the same operation again. */
static uint64_t lap_of(const fvi_bench_work *w)
{
    uint64_t a = w->n_pairs, b = w->n_cycle;

    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return w->n_pairs / a * w->n_cycle;
}

void fvi_bench_work_request(const fvi_bench_work *w, uint64_t number, fvi_bench_request *out)
{
    /* one further with each lap: no pair is bound to one operation */
    const fvi_bench_pair *p = &w->pairs[(number + number / lap_of(w)) % w->n_pairs];

    *out = (fvi_bench_request){.op = w->cycle[number % w->n_cycle],
                               .selfie = p->selfie,
                               .record = p->record,
                               .channel = w->channel,
                               .deadline_ms = w->deadline_ms};
    (void)snprintf(out->id, sizeof out->id, "%s-%llu", w->run_id, (unsigned long long)number);
}
