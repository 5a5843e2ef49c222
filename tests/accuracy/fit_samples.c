/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "degrade.h"
#include "images.h"
#include "recut.h"

/* Of the LFW part, one picture in so many also gets glasses drawn on. */
enum { DRAWN_EVERY = 7 };

static const degrade_cloth cloths[FIT_VARIANTS] = {
    [FIT_DARK] = {{10, 10, 12}, 0.92f},     [FIT_BROWN] = {{60, 40, 25}, 0.7f},
    [FIT_HALF] = {{40, 40, 50}, 0.5f},      [FIT_BLUE] = {{90, 110, 150}, 0.85f},
    [FIT_CLEAR] = {{230, 230, 235}, 0.12f},
};

void fit_die(const char *what)
{
    (void)fprintf(stderr, "fit_cover: %s\n", what);
    exit(3);
}

/* FNV-1a: halves that do not depend on an order. */
static bool is_odd(const char *name, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)name[i]) * 16777619u;
    return (h >> 16) % 2 != 0;
}

typedef struct job {
    fv_session *session;
    fit_samples *all;
    const char *data;
    char *labels; /* the whole of glasses.csv */
} job;

static void put(fit_samples *all, const fvi_view *view, fit_sample s)
{
    if (all->n == all->cap) {
        all->cap = all->cap == 0 ? 4096 : 2 * all->cap;
        all->of = realloc(all->of, all->cap * sizeof all->of[0]);
        if (all->of == NULL) fit_die("out of memory");
    }
    s.has_mouth = fvi_mouth_clues(view, &s.mouth);
    s.has_glasses = fvi_glasses_clues(view, &s.glasses);
    all->of[all->n++] = s;
}

static bool find(fv_session *s, const fvi_image *image, fvi_faces *faces, fvi_landmarks *marks)
{
    fv_error err = {.code = FV_OK};
    if (fvi_face_detect(s->facer, image, true, faces, &err) != FV_OK) fit_die(err.text);
    if (faces->n == 0) return false;
    if (fvi_face_landmarks(s->facer, image, &faces->boxes[0], marks, &err) != FV_OK)
        fit_die(err.text);
    return true;
}

/* Looks at a picture's bytes, changed as the variant says. */
static void look(const job *j, fv_bytes bytes, fit_sample like)
{
    static const fvi_decode_limits limits = {1 << 24, 8192, 8192, 1 << 26, 100, 960};
    fv_error err = {.code = FV_OK};
    fvi_photo photo = {.fault = FVI_DECODE_OK};
    fvi_faces faces = {.n = 0};
    fvi_landmarks marks;
    fvi_pose pose = {0};
    fvi_view view;

    if (fvi_decode(j->session->decoder, bytes, &limits, &photo, &err) != FV_OK) fit_die(err.text);
    if (photo.fault != FVI_DECODE_OK) return;
    pixels p = {photo.image.data, photo.image.width_px, photo.image.height_px};
    if (like.variant == FIT_GREY) degrade_desaturate(&p, 1.0f);
    if (!find(j->session, &photo.image, &faces, &marks)) return;
    if (like.variant >= FIT_DARK) {
        degrade_cover(&p, marks.point, DEGRADE_GLASSES, &cloths[like.variant]);
        if (!find(j->session, &photo.image, &faces, &marks)) return;
    }
    (void)fvi_pose_estimate(&marks, &pose);
    fvi_found found = {&photo.image, photo.scale, photo.grey, &faces, &marks, &pose};
    if (fvi_viewer_look(j->session->viewer, &found, &view, &err) != FV_OK) fit_die(err.text);
    put(j->all, &view, like);
}

static void look_in_all_ways(const job *j, fv_bytes bytes, fit_sample like, bool draw)
{
    uint8_t *cut = NULL;
    size_t len = 0;

    look(j, bytes, like);
    if (like.from == FIT_MASKS || like.from == FIT_LFW) {
        like.variant = FIT_GREY;
        look(j, bytes, like);
        like.variant = FIT_RECUT;
        if (acc_recut(j->session->engine, bytes, &cut, &len) == 0)
            look(j, (fv_bytes){cut, len}, like);
        free(cut);
    }
    for (int v = FIT_DARK; draw && v < FIT_VARIANTS; v++) {
        like.variant = (fit_variant)v;
        like.tinted = v != FIT_CLEAR;
        look(j, bytes, like);
    }
}

/* `path` is relative to the data's folder. */
static void add(const job *j, const char *path, fit_sample like, bool draw)
{
    char full[8192], key[8192];
    uint8_t *bytes = NULL;
    size_t len = 0;
    fv_error err = {.code = FV_OK};

    (void)snprintf(full, sizeof full, "%s/%s", j->data, path);
    (void)snprintf(key, sizeof key, "\n%s,", path);
    const char *row = strstr(j->labels, key);
    if (row != NULL) {
        like.unclear = strncmp(row + strlen(key), "unclear", 7) == 0;
        like.tinted = !like.unclear;
    }
    if (fvi_file_read(full, 64 << 20, FV_E_ARG, &bytes, &len, &err) != FV_OK) fit_die(err.text);
    look_in_all_ways(j, (fv_bytes){bytes, len}, like, draw && row == NULL);
    free(bytes);
}

static void add_labelled(const job *j)
{
    char path[4096], line[1024];
    (void)snprintf(path, sizeof path, "%s/quality/labels.csv", j->data);
    FILE *f = fopen(path, "r");
    if (f == NULL) fit_die(path);
    while (fgets(line, sizeof line, f) != NULL) {
        char *label = strrchr(line, ',');
        if (label == NULL || strchr(line, '/') == NULL) continue;
        *label++ = '\0';
        fit_source from = line[0] == 'm' ? FIT_MASKS : line[0] == 'e' ? FIT_EYES : FIT_LIGHT;
        /* lighting/subject/picture: halved by subject */
        size_t n = from == FIT_LIGHT ? 9 + strcspn(line + 9, "/") : strlen(line);
        fit_sample like = {.from = from,
                           .covered = strncmp(label, "mouth_occluded", 14) == 0,
                           .odd = is_odd(line, n)};
        (void)snprintf(path, sizeof path, "quality/%s", line);
        add(j, path, like, false);
    }
    (void)fclose(f);
}

static void add_lfw(const job *j)
{
    char dir[4096], path[8192];
    (void)snprintf(dir, sizeof dir, "%s/verify/lfw", j->data);
    acc_set set = acc_set_load(dir);
    for (size_t i = 0; i < set.n_images; i++) {
        const char *who;
        size_t n = acc_identity(set.images[i].path, &who);
        (void)snprintf(path, sizeof path, "verify/lfw/%s", set.images[i].path);
        add(j, path, (fit_sample){.from = FIT_LFW, .odd = is_odd(who, n)}, i % DRAWN_EVERY == 0);
    }
    acc_set_free(&set);
}

fit_samples fit_collect(const char *data, const char *models, const char *glasses_csv)
{
    fv_engine *engine = NULL;
    fit_samples all = {0};
    fv_error err = {.code = FV_OK};
    char set[4096];
    const char *overrides[] = {set};
    fv_engine_options eo = FV_ENGINE_OPTIONS_INIT;
    job j = {.all = &all, .data = data};
    size_t len = 0;
    uint8_t *labels = NULL;

    (void)snprintf(set, sizeof set, "models.dir=%s", models);
    eo.overrides = overrides;
    eo.n_overrides = 1;
    if (fv_engine_create(&engine, &eo, &err) != FV_OK ||
        fv_session_create(&j.session, engine, &err) != FV_OK ||
        fvi_file_read(glasses_csv, 1 << 20, FV_E_ARG, &labels, &len, &err) != FV_OK)
        fit_die(err.text);
    j.labels = strndup((const char *)labels, len);
    if (j.labels == NULL) fit_die("out of memory");
    add_labelled(&j);
    add_lfw(&j);
    free(j.labels);
    free(labels);
    fv_session_destroy(&j.session);
    fv_engine_destroy(&engine);
    return all;
}
