/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "images.h"

#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static void die(const char *what, const char *path)
{
    (void)fprintf(stderr, "accuracy: %s: %s\n", path, what);
    exit(3);
}

static void *must(void *p)
{
    if (p == NULL) die("out of memory", "images");
    return p;
}

size_t acc_identity(const char *path, const char **start)
{
    const char *file = strrchr(path, '/');
    const char *s = file == NULL ? path : file;
    while (s > path && s[-1] != '/')
        s--;
    *start = s;
    return file == NULL ? 0 : (size_t)(file - s);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const acc_image *)a)->path, ((const acc_image *)b)->path);
}

static size_t find(const acc_set *s, const char *path)
{
    acc_image key = {.path = (char *)(uintptr_t)path};
    const acc_image *at = bsearch(&key, s->images, s->n_images, sizeof key, by_path);
    return (size_t)(at - s->images);
}

/* Sorts and drops the second of equal paths. */
static void unique(acc_set *s)
{
    size_t n = 0;
    qsort(s->images, s->n_images, sizeof s->images[0], by_path);
    for (size_t i = 0; i < s->n_images; i++) {
        if (n > 0 && strcmp(s->images[n - 1].path, s->images[i].path) == 0)
            free(s->images[i].path);
        else
            s->images[n++] = s->images[i];
    }
    s->n_images = n;
}

/* The next field of a CSV line (RFC 4180, without line breaks in fields), in place. */
static char *field(char **rest)
{
    char *p = *rest, *out = p, *w = p;
    bool quoted = false;

    if (p == NULL) return NULL;
    for (; *p != '\0' && (quoted || (*p != ',' && *p != '\r' && *p != '\n')); p++) {
        if (*p == '"' && quoted && p[1] == '"')
            *w++ = *p++;
        else if (*p == '"')
            quoted = !quoted;
        else
            *w++ = *p;
    }
    *rest = *p == ',' ? p + 1 : NULL;
    *w = '\0';
    return out;
}

/* Pictures that stand in no pair count too, where faces are counted. */
static acc_set *walked;

static int add_file(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
    size_t n = strlen(path);
    (void)sb;
    (void)ftw;
    if (type != FTW_F || n < 4 || strcmp(path + n - 4, ".jpg") != 0) return 0;
    walked->images =
        must(realloc(walked->images, (walked->n_images + 1) * sizeof walked->images[0]));
    walked->images[walked->n_images++] =
        (acc_image){.path = must(strdup(path + strlen(walked->dir) + 1))};
    return 0;
}

acc_set acc_set_load(const char *dir)
{
    acc_set s = {.dir = dir};
    char path[4096], line[4096];
    (void)snprintf(path, sizeof path, "%s/pairs.csv", dir);
    FILE *f = fopen(path, "r");
    if (f == NULL) die("cannot be read", path);
    if (fgets(line, sizeof line, f) == NULL || strncmp(line, "path_a,path_b,same", 18) != 0)
        die("its first line is not path_a,path_b,same", path);
    size_t cap = 0;
    char **names = NULL;
    while (fgets(line, sizeof line, f) != NULL) {
        char *rest = line, *a = field(&rest), *b = field(&rest), *same = field(&rest);
        if (same == NULL || rest != NULL) { /* some sets have unquoted commas in their names */
            s.n_left_out++;
            continue;
        }
        if (s.n_pairs == cap) {
            cap = cap == 0 ? 1024 : 2 * cap;
            s.pairs = must(realloc(s.pairs, cap * sizeof s.pairs[0]));
            names = must(realloc(names, 2 * cap * sizeof names[0]));
            s.images = must(realloc(s.images, 2 * cap * sizeof s.images[0]));
        }
        names[2 * s.n_pairs] = must(strdup(a));
        names[2 * s.n_pairs + 1] = must(strdup(b));
        s.images[s.n_images++] = (acc_image){.path = must(strdup(a))};
        s.images[s.n_images++] = (acc_image){.path = must(strdup(b))};
        s.pairs[s.n_pairs++].same = same[0] == '1';
    }
    (void)fclose(f);
    walked = &s;
    if (nftw(dir, add_file, 16, FTW_PHYS) != 0) die("cannot be listed", dir);
    unique(&s);
    for (size_t i = 0; i < s.n_pairs; i++) {
        s.pairs[i].a = find(&s, names[2 * i]);
        s.pairs[i].b = find(&s, names[2 * i + 1]);
        free(names[2 * i]);
        free(names[2 * i + 1]);
    }
    free(names);
    return s;
}

typedef struct job {
    acc_set *set;
    const fv_engine *engine;
    acc_change change;
    atomic_size_t *next;
} job;

static void work_one(const job *j, fv_session *session, acc_image *image)
{
    fv_error err = {.code = FV_OK};
    fvi_examined seen = {.has_chip = false};
    fv_timings t = {0};
    char path[8192];
    uint8_t *bytes = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/%s", j->set->dir, image->path);
    if (fvi_file_read(path, 64 << 20, FV_E_ARG, &bytes, &len, &err) != FV_OK) die(err.text, path);
    if (j->change != NULL) {
        uint8_t *other = NULL;
        int rc = j->change(j->engine, (fv_bytes){bytes, len}, &other, &len);
        free(bytes);
        bytes = other;
        if (rc != 0) {
            free(bytes);
            return;
        }
    }
    fvi_examine what = {.which = FV_RECORD, .bytes = {bytes, len}, .timings = &t};
    if (fvi_photo_examine(session, &what, &seen, &err) != FV_OK) die(err.text, path);
    image->seen = seen.seen;
    image->info = seen.info;
    if (seen.has_chip) {
        fvi_image chip = {session->subjects[1].chip.data, FVI_CHIP_SIDE_PX, FVI_CHIP_SIDE_PX, 3,
                          3 * FVI_CHIP_SIDE_PX};
        image->embedding = must(calloc(j->set->dim, sizeof(float)));
        if (fvi_embed(session->embedder, &chip, image->embedding, &err) != FV_OK)
            die(err.text, path);
    }
    free(bytes);
}

static void *work(void *arg)
{
    const job *j = arg;
    fv_session *session = NULL;
    fv_error err = {.code = FV_OK};

    if (fv_session_create(&session, j->engine, &err) != FV_OK) die(err.text, "session");
    for (size_t i; (i = atomic_fetch_add(j->next, 1)) < j->set->n_images;)
        work_one(j, session, &j->set->images[i]);
    fv_session_destroy(&session);
    return NULL;
}

void acc_set_work(acc_set *set, const fv_engine *engine, unsigned threads, acc_change change)
{
    pthread_t ids[64];
    atomic_size_t next = 0;
    job j = {set, engine, change, &next};

    set->dim = engine->pack->nets[FVI_ROLE_EMBED].outputs[0].count;
    for (unsigned i = 0; i < threads; i++) {
        if (pthread_create(&ids[i], NULL, work, &j) != 0) die("no thread", "work");
    }
    for (unsigned i = 0; i < threads; i++)
        (void)pthread_join(ids[i], NULL);
}

void acc_set_free(acc_set *set)
{
    for (size_t i = 0; i < set->n_images; i++) {
        free(set->images[i].path);
        free(set->images[i].embedding);
    }
    free(set->images);
    free(set->pairs);
}
