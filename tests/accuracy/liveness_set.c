/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "liveness_set.h"

#include <ctype.h>
#include <ftw.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "verify/photo.h"

static void die(const char *what, const char *path)
{
    (void)fprintf(stderr, "accuracy_liveness: %s: %s\n", path, what);
    exit(3);
}

static void *must(void *p)
{
    if (p == NULL) die("out of memory", "pictures");
    return p;
}

static liv_pic *add(liv_set *s)
{
    if ((s->n & (s->n - 1)) == 0) {
        size_t cap = s->n == 0 ? 1 : 2 * s->n;
        s->pics = must(realloc(s->pics, cap * sizeof s->pics[0]));
    }
    s->pics[s->n] = (liv_pic){.live = true};
    return &s->pics[s->n++];
}

static void put(char *out, size_t cap, const char *text, size_t n)
{
    (void)snprintf(out, cap, "%.*s", (int)(n < cap ? n : cap - 1), text);
}

/* "webcam/real/14735_person.jpg": "webcam/real/1473". */
static void guess_person(liv_pic *p, const char *path)
{
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] != '/' && !isdigit((unsigned char)path[n - 1]))
        n--;
    if (n == 0 || path[n - 1] == '/') n = strlen(path);
    put(p->person, sizeof p->person, path, n - 1);
}

static void take_row(liv_set *s, const char *dir, char *line)
{
    char *field[4] = {line};
    line[strcspn(line, "\r\n")] = '\0';
    for (int i = 1; i < 4; i++) {
        field[i] = strchr(field[i - 1], ',');
        if (field[i] == NULL) die("a row is not path,label,attack,subject", line);
        *field[i]++ = '\0';
    }
    liv_pic *p = add(s);
    size_t n = strlen(dir) + strlen(field[0]) + 2;
    p->path = must(malloc(n));
    (void)snprintf(p->path, n, "%s/%s", dir, field[0]);
    put(p->set, sizeof p->set, field[0], strcspn(field[0], "/"));
    p->live = strcmp(field[1], "live") == 0;
    if (!p->live && strcmp(field[1], "spoof") != 0)
        die("a label is neither live nor spoof", p->path);
    if (!p->live) put(p->species, sizeof p->species, field[2], strlen(field[2]));
    if (field[3][0] == '\0')
        guess_person(p, field[0]);
    else
        (void)snprintf(p->person, sizeof p->person, "%s/%.60s", p->set, field[3]);
}

void liv_add_manifest(liv_set *s, const char *manifest)
{
    char line[4096], dir[4096];
    FILE *f = fopen(manifest, "r");
    const char *slash = strrchr(manifest, '/');

    if (f == NULL) die("cannot be read", manifest);
    put(dir, sizeof dir, slash == NULL ? "." : manifest,
        slash == NULL ? 1 : (size_t)(slash - manifest));
    if (fgets(line, sizeof line, f) == NULL || strncmp(line, "path,label,attack,subject", 25) != 0)
        die("its first line is not path,label,attack,subject", manifest);
    while (fgets(line, sizeof line, f) != NULL)
        take_row(s, dir, line);
    (void)fclose(f);
}

static struct {
    liv_set *into;
    const char *name;
} walk;

static int add_file(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
    size_t n = strlen(path);
    const char *folder = path + ftw->base - 1;
    (void)sb;
    if (type != FTW_F || n < 4 || strcmp(path + n - 4, ".jpg") != 0) return 0;
    while (folder > path && folder[-1] != '/')
        folder--;
    liv_pic *p = add(walk.into);
    p->path = must(strdup(path));
    p->from_folder = true;
    put(p->set, sizeof p->set, walk.name, strlen(walk.name));
    (void)snprintf(p->person, sizeof p->person, "%s/%.*s", walk.name,
                   (int)(path + ftw->base - 1 - folder), folder);
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const liv_pic *)a)->path, ((const liv_pic *)b)->path);
}

void liv_add_folder(liv_set *s, const char *dir, const char *name)
{
    size_t first = s->n;
    walk.into = s;
    walk.name = name;
    if (nftw(dir, add_file, 16, FTW_PHYS) != 0) die("cannot be listed", dir);
    if (s->n > first) qsort(s->pics + first, s->n - first, sizeof s->pics[0], by_path);
}

typedef struct job {
    liv_set *set;
    const fv_engine *engine;
    const liv_change *change;
    atomic_size_t *next;
} job;

/* Photographs that were warped upright have black corners, which nothing before a camera has. */
static bool black_corner(const fvi_image *p, const fvi_box *b)
{
    float m = 0.75f * fmaxf(b->x1_px - b->x0_px, b->y1_px - b->y0_px);
    float cx = (b->x0_px + b->x1_px) / 2, cy = (b->y0_px + b->y1_px) / 2;
    int x0 = (int)fmaxf(cx - m, 0), x1 = (int)fminf(cx + m, (float)p->width_px);
    int y0 = (int)fmaxf(cy - m, 0), y1 = (int)fminf(cy + m, (float)p->height_px);
    size_t black = 0, n = 0;

    for (int y = y0; y < y1; y++) {
        const uint8_t *at = p->data + (size_t)y * p->stride_bytes;
        for (int x = x0; x < x1; x++, n++)
            black += at[3 * x] <= 2 && at[3 * x + 1] <= 2 && at[3 * x + 2] <= 2;
    }
    return (double)black > 0.02 * (double)n;
}

static blob changed(const fvi_image *from, const liv_change *change, float eyes_px)
{
    pixels p = pixels_blank(from->width_px, from->height_px, 0);
    for (int y = 0; y < p.height; y++)
        memcpy(p.rgb + 3 * (size_t)y * (size_t)p.width, from->data + (size_t)y * from->stride_bytes,
               3 * (size_t)p.width);
    change->apply(&p, change->strength, eyes_px);
    blob b = pixels_jpeg(&p, 95);
    free(p.rgb);
    return b;
}

static void look(fv_session *s, fvi_liver *liver, fv_bytes bytes, liv_pic *p)
{
    const fvi_decode_limits limits = {.image_bytes = 64 << 20,
                                      .width_px = 16384,
                                      .height_px = 16384,
                                      .pixels = 100000000,
                                      .jpeg_scans = 100,
                                      .target_px = s->engine->settings.limits.decode_target_px};
    fv_error err = {.code = FV_OK};
    fv_timings t = {0};
    fvi_examine what = {.which = FV_SELFIE, .bytes = bytes, .timings = &t};
    fvi_examined seen = {.has_chip = false};
    fvi_photo photo = {0};

    if (fvi_photo_examine(s, &what, &seen, &err) != FV_OK) die(err.text, p->path);
    p->measured = seen.seen.measured;
    p->face = seen.info.face_width_px > 0.0f;
    p->seen = (fvi_liveness_seen){.context = 0.0f, .score = NAN};
    if (!p->face) return;
    if (fvi_decode(s->decoder, bytes, &limits, &photo, &err) != FV_OK) die(err.text, p->path);
    fvi_box box = {seen.info.face_x_px * photo.scale, seen.info.face_y_px * photo.scale,
                   (seen.info.face_x_px + seen.info.face_width_px) * photo.scale,
                   (seen.info.face_y_px + seen.info.face_height_px) * photo.scale, 1.0f};
    p->box_px = fmaxf(seen.info.face_width_px, seen.info.face_height_px);
    if (p->from_folder && black_corner(&photo.image, &box)) p->left_out = true;
    if (fvi_liveness_take(liver, &photo.image, &box, &p->seen, &err) != FV_OK)
        die(err.text, p->path);
}

static void judge(liv_pic *p)
{
    fvi_live_judged j;
    fvi_liveness_seen seen = p->seen;

    seen.score = 1.0f;
    fvi_liveness_judge(&seen, &(fvi_live_limits){0.0f, 0.0f}, &p->measured, &j);
    p->readable = p->face && j.verdict == FV_LIVENESS_LIVE;
    p->why = p->readable || j.n_causes == 0 ? 0 : j.causes[0].why;
    p->measure = p->readable || j.n_causes == 0 ? FVI_Q_COUNT : j.causes[0].measure;
}

static void work_one(const job *j, fv_session *session, fvi_liver *liver, liv_pic *p)
{
    fv_error err = {.code = FV_OK};
    uint8_t *bytes = NULL;
    size_t len = 0;

    if (fvi_file_read(p->path, 64 << 20, FV_E_ARG, &bytes, &len, &err) != FV_OK)
        die(err.text, p->path);
    if (j->change == NULL) {
        look(session, liver, (fv_bytes){bytes, len}, p);
    } else {
        fvi_photo photo = {0};
        fvi_decode_limits limits = {64 << 20, 16384, 16384, 100000000, 100, 1280};
        float eyes = p->measured.value[FVI_Q_INTER_EYE_DISTANCE];
        if (fvi_decode(session->decoder, (fv_bytes){bytes, len}, &limits, &photo, &err) != FV_OK)
            die(err.text, p->path);
        blob b = changed(&photo.image, j->change, eyes * photo.scale);
        look(session, liver, (fv_bytes){b.data, b.len}, p);
        free(b.data);
    }
    judge(p);
    free(bytes);
}

static void *work(void *arg)
{
    const job *j = arg;
    fv_session *session = NULL;
    fvi_liver *liver = NULL;
    fv_error err = {.code = FV_OK};

    if (fv_session_create(&session, j->engine, &err) != FV_OK) die(err.text, "session");
    if (fvi_liver_create(&liver, j->engine->models[FVI_ROLE_LIVENESS], NULL, NULL, &err) != FV_OK)
        die(err.text, "liveness");
    for (size_t i; (i = atomic_fetch_add(j->next, 1)) < j->set->n;)
        work_one(j, session, liver, &j->set->pics[i]);
    fvi_liver_destroy(&liver);
    fv_session_destroy(&session);
    return NULL;
}

void liv_work(liv_set *s, const fv_engine *engine, unsigned threads, const liv_change *change)
{
    pthread_t ids[64];
    atomic_size_t next = 0;
    job j = {s, engine, change, &next};

    for (unsigned i = 0; i < threads; i++) {
        if (pthread_create(&ids[i], NULL, work, &j) != 0) die("no thread", "work");
    }
    for (unsigned i = 0; i < threads; i++)
        (void)pthread_join(ids[i], NULL);
}

void liv_score(liv_set *s, const fvi_liveness_model *model)
{
    for (size_t i = 0; i < s->n; i++) {
        liv_pic *p = &s->pics[i];
        p->score = p->readable ? (double)fvi_liveness_score(model, p->seen.feature) : NAN;
    }
}

void liv_sample(const liv_set *s, const char *name, size_t each, liv_set *out)
{
    size_t k = 0;
    for (size_t i = 0; i < s->n; i++) {
        const liv_pic *p = &s->pics[i];
        if (!p->live || !p->readable || p->left_out || strcmp(p->set, name) != 0) continue;
        if (k++ % each != 0) continue;
        liv_pic *to = add(out);
        *to = *p;
        to->path = must(strdup(p->path));
    }
}

void liv_write_head(FILE *csv)
{
    if (csv == NULL) return;
    (void)fputs("path,harm,strength,set,person,label,attack,left_out,readable,box_px,context", csv);
    for (int k = 0; k < FVI_LIVE_COUNT; k++)
        (void)fprintf(csv, ",%s", fvi_live_features[k].name);
    for (int m = 0; m < FVI_Q_COUNT; m++)
        (void)fprintf(csv, ",%s", fvi_measures[m].name);
    (void)fputc('\n', csv);
}

void liv_write(FILE *csv, const liv_set *s, const char *harm, float strength)
{
    for (size_t i = 0; csv != NULL && i < s->n; i++) {
        const liv_pic *p = &s->pics[i];
        (void)fprintf(csv, "%s,\"%s\",%g,%s,%s,%s,%s,%d,%d,%.1f,%.4f", p->path, harm,
                      (double)strength, p->set, p->person, p->live ? "live" : "spoof", p->species,
                      p->left_out, p->readable, (double)p->box_px, (double)p->seen.context);
        for (int k = 0; k < FVI_LIVE_COUNT; k++)
            (void)fprintf(csv, ",%.6g", (double)p->seen.feature[k]);
        for (int m = 0; m < FVI_Q_COUNT; m++)
            (void)fprintf(csv, ",%.5g", (double)p->measured.value[m]);
        (void)fputc('\n', csv);
    }
}

void liv_free(liv_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->pics[i].path);
    free(s->pics);
    *s = (liv_set){0};
}
