/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits MOUTH_OCCLUSION's two logistic regressions and says how well they do on the half that each
 * was not fitted on. Masks and their counterparts count once, the LFW part (nobody wears a mask) a
 * tenth; every picture also as the ID card's chip would hold it. The one without colour learns from
 * the same pictures made grey, and from faces under hard side light.
 *
 *   fit_mask DATA > src/quality/mouth_model.c
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "images.h"
#include "quality/mouth_occlusion.h"
#include "recut.h"

enum { P = FVI_MOUTH_FEATURES, COLOUR = 0, GREY = 1 };

/* Of the shipped decision: what the good and the covered are counted at. */
static const double GATE = 2.0;
/* Ridge on standardised coefficients. */
static const double RIDGE = 3.0;
/* A picture without colour says little: its log odds are lowered by this. */
static const double GREY_PRIOR = -4.0;
static const double LFW_WEIGHT = 0.1;

/* Features of the model without colour. */
static const bool IN_GREY[P] = {[6] = true,  [7] = true,  [8] = true,  [9] = true,  [13] = true,
                                [15] = true, [16] = true, [17] = true, [18] = true, [19] = true};

typedef enum source { MASKS, LFW, LIGHT } source;

typedef struct sample {
    float x[P];
    source from;
    bool covered, grey, recut, made_grey;
    bool odd; /* of the second half */
} sample;

typedef enum variant { PLAIN, RECUT, MADE_GREY } variant;

typedef struct samples {
    sample *of;
    size_t n, cap;
} samples;

typedef struct model {
    double bias;
    double w[P];
} model;

static void die(const char *what)
{
    (void)fprintf(stderr, "fit_mask: %s\n", what);
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

static void to_grey(fvi_image *image)
{
    for (int y = 0; y < image->height_px; y++) {
        uint8_t *p = image->data + (size_t)y * image->stride_bytes;
        for (int x = 0; x < image->width_px; x++, p += 3)
            p[0] = p[1] = p[2] = (uint8_t)((299 * p[0] + 587 * p[1] + 114 * p[2] + 500) / 1000);
    }
}

static void take(samples *all, const fvi_view *view, sample s)
{
    fvi_mouth_seen seen;
    if (!fvi_mouth_look(view, &seen)) return;
    if (all->n == all->cap) {
        all->cap = all->cap == 0 ? 4096 : 2 * all->cap;
        all->of = realloc(all->of, all->cap * sizeof all->of[0]);
        if (all->of == NULL) die("out of memory");
    }
    memcpy(s.x, seen.feature, sizeof s.x);
    s.grey = seen.grey;
    all->of[all->n++] = s;
}

static void look(fv_session *s, fv_bytes bytes, bool grey, samples *all, sample like)
{
    static const fvi_decode_limits limits = {1 << 24, 8192, 8192, 1 << 26, 100, 960};
    fv_error err = {.code = FV_OK};
    fvi_photo photo = {.fault = FVI_DECODE_OK};
    fvi_faces faces = {.n = 0};
    fvi_landmarks marks;
    fvi_pose pose = {0};
    fvi_view view;

    if (fvi_decode(s->decoder, bytes, &limits, &photo, &err) != FV_OK) die(err.text);
    if (photo.fault != FVI_DECODE_OK) return;
    if (grey) to_grey(&photo.image);
    if (fvi_face_detect(s->facer, &photo.image, true, &faces, &err) != FV_OK) die(err.text);
    if (faces.n == 0) return;
    if (fvi_face_landmarks(s->facer, &photo.image, &faces.boxes[0], &marks, &err) != FV_OK)
        die(err.text);
    (void)fvi_pose_estimate(&marks, &pose);
    fvi_found found = {&photo.image, photo.scale, photo.grey, &faces, &marks, &pose};
    if (fvi_viewer_look(s->viewer, &found, &view, &err) != FV_OK) die(err.text);
    take(all, &view, like);
}

static void add(fv_session *s, const char *path, samples *all, sample like)
{
    uint8_t *bytes = NULL, *cut = NULL;
    size_t len = 0, cut_len = 0;
    fv_error err = {.code = FV_OK};

    if (fvi_file_read(path, 64 << 20, FV_E_ARG, &bytes, &len, &err) != FV_OK) die(err.text);
    look(s, (fv_bytes){bytes, len}, false, all, like);
    if (like.from != LIGHT) {
        sample grey = like;
        grey.made_grey = true;
        look(s, (fv_bytes){bytes, len}, true, all, grey);
    }
    like.recut = true;
    if (acc_recut(s->engine, (fv_bytes){bytes, len}, &cut, &cut_len) == 0)
        look(s, (fv_bytes){cut, cut_len}, false, all, like);
    free(cut);
    free(bytes);
}

static void add_labelled(fv_session *s, const char *data, samples *all)
{
    char path[4096], line[1024];
    (void)snprintf(path, sizeof path, "%s/quality/labels.csv", data);
    FILE *f = fopen(path, "r");
    if (f == NULL) die(path);
    while (fgets(line, sizeof line, f) != NULL) {
        char *label = strrchr(line, ',');
        if (label == NULL) continue;
        *label++ = '\0';
        bool masks = strncmp(line, "masks/", 6) == 0;
        if (!masks && strncmp(line, "lighting/", 9) != 0) continue;
        /* pictures under light are halved by subject, the first folder of the name */
        size_t n = masks ? strlen(line) : 9 + strcspn(line + 9, "/");
        sample like = {.from = masks ? MASKS : LIGHT,
                       .covered = strncmp(label, "mouth", 5) == 0,
                       .odd = is_odd(line, n)};
        (void)snprintf(path, sizeof path, "%s/quality/%s", data, line);
        add(s, path, all, like);
    }
    (void)fclose(f);
}

static void add_lfw(fv_session *s, const char *data, samples *all)
{
    char dir[4096], path[8192];
    (void)snprintf(dir, sizeof dir, "%s/verify/lfw", data);
    acc_set set = acc_set_load(dir);
    for (size_t i = 0; i < set.n_images; i++) {
        const char *who;
        size_t n = acc_identity(set.images[i].path, &who);
        (void)snprintf(path, sizeof path, "%s/%s", dir, set.images[i].path);
        add(s, path, all, (sample){.from = LFW, .odd = is_odd(who, n)});
    }
    acc_set_free(&set);
}

static double weight(const sample *s, int kind, int half)
{
    if (half >= 0 && (int)s->odd != half) return 0;
    if ((int)s->grey != kind) return 0;
    return s->from == LFW ? LFW_WEIGHT : 1.0;
}

/* Solves a x = b, symmetric and positive definite, by Cholesky; the result is in b. */
static void solve(double a[P + 1][P + 1], double b[P + 1])
{
    for (int i = 0; i <= P; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            a[i][j] = i == j ? sqrt(sum) : sum / a[j][j];
        }
        for (int k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = P; i >= 0; i--) {
        for (int k = i + 1; k <= P; k++)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
}

/* Iteratively reweighted least squares on standardised features; half -1: on all. */
static model fit(const samples *all, int kind, int half)
{
    double mean[P] = {0}, dev[P] = {0}, sum = 0, beta[P + 1] = {0};
    model m = {0};

    for (size_t i = 0; i < all->n; i++) {
        double w = weight(&all->of[i], kind, half);
        sum += w;
        for (int k = 0; k < P; k++) {
            mean[k] += w * (double)all->of[i].x[k];
            dev[k] += w * (double)all->of[i].x[k] * (double)all->of[i].x[k];
        }
    }
    for (int k = 0; k < P; k++) {
        mean[k] /= sum;
        dev[k] = sqrt(fmax(dev[k] / sum - mean[k] * mean[k], 1e-12));
    }
    for (int round = 0; round < 50; round++) {
        double h[P + 1][P + 1] = {{0}}, g[P + 1] = {0};
        for (size_t i = 0; i < all->n; i++) {
            double x[P + 1] = {[P] = 1}, z = beta[P], w = weight(&all->of[i], kind, half);
            if (w == 0) continue;
            for (int k = 0; k < P; k++) {
                bool used = kind == COLOUR || IN_GREY[k];
                x[k] = used ? ((double)all->of[i].x[k] - mean[k]) / dev[k] : 0;
                z += beta[k] * x[k];
            }
            double p = 1 / (1 + exp(-z));
            for (int k = 0; k <= P; k++) {
                g[k] += w * ((all->of[i].covered ? 1 : 0) - p) * x[k];
                for (int j = 0; j <= k; j++)
                    h[k][j] += w * fmax(p * (1 - p), 1e-9) * x[k] * x[j];
            }
        }
        for (int k = 0; k <= P; k++) {
            h[k][k] += k < P ? RIDGE : 1e-9;
            if (k < P) g[k] -= RIDGE * beta[k];
        }
        solve(h, g);
        for (int k = 0; k <= P; k++)
            beta[k] += g[k];
    }
    m.bias = beta[P] + (kind == GREY ? GREY_PRIOR : 0);
    for (int k = 0; k < P; k++) {
        m.w[k] = beta[k] / dev[k];
        m.bias -= m.w[k] * mean[k];
    }
    return m;
}

static double log_odds(const model m[2], const sample *s)
{
    const model *k = &m[s->grey];
    double z = k->bias;
    for (int i = 0; i < P; i++)
        z += k->w[i] * (double)s->x[i];
    return z;
}

/* Prints, of the pictures from one source, the AUC against the covered ones and what lies above the
 * gate; each picture by the models of the other half. */
static void report(const samples *all, const char *name, source from, variant which,
                   model halves[2][2])
{
    size_t covered = 0, good = 0, caught = 0, refused = 0, n = 0;
    double wins = 0;
    double *v = calloc(all->n, sizeof v[0]);
    bool *is = calloc(all->n, sizeof is[0]);
    if (v == NULL || is == NULL) die("out of memory");
    for (size_t i = 0; i < all->n; i++) {
        const sample *s = &all->of[i];
        variant of = s->recut ? RECUT : s->made_grey ? MADE_GREY : PLAIN;
        if (of != which || !(s->covered || s->from == from)) continue;
        v[n] = log_odds(halves[!s->odd], s);
        is[n] = s->covered;
        caught += is[n] && v[n] > GATE;
        refused += !is[n] && v[n] > GATE;
        covered += is[n];
        good += !is[n];
        n++;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; is[i] && k < n; k++) {
            if (!is[k]) wins += v[i] > v[k] ? 1 : v[i] == v[k] ? 0.5 : 0;
        }
    }
    (void)fprintf(stderr, "%-28s AUC %.4f (%zu covered, %zu not); above %g: %zu and %zu\n", name,
                  wins / ((double)covered * (double)good), covered, good, GATE, caught, refused);
    free(v);
    free(is);
}

static void print(const char *name, const model *m)
{
    (void)printf("const fvi_mouth_model %s = {\n    .bias = %#.7gf,\n    .weight = {", name,
                 m->bias);
    for (int k = 0; k < P; k++)
        (void)printf("%s%#.7gf", k == 0 ? "" : ", ", m->w[k] == 0 ? 0.0 : m->w[k]);
    (void)printf("},\n};\n");
}

int main(int argc, char **argv)
{
    fv_engine *engine = NULL;
    fv_session *session = NULL;
    fv_error err = {.code = FV_OK};
    samples all = {0};
    model halves[2][2], whole[2];
    static const char *const overrides[] = {"models.dir=" FV_TEST_MODELS};
    fv_engine_options eo = FV_ENGINE_OPTIONS_INIT;

    if (argc != 2) die("usage: fit_mask DATA > src/quality/mouth_model.c");
    eo.overrides = overrides;
    eo.n_overrides = 1;
    if (fv_engine_create(&engine, &eo, &err) != FV_OK ||
        fv_session_create(&session, engine, &err) != FV_OK)
        die(err.text);
    add_labelled(session, argv[1], &all);
    add_lfw(session, argv[1], &all);
    for (int half = 0; half < 2; half++) {
        for (int kind = COLOUR; kind <= GREY; kind++)
            halves[half][kind] = fit(&all, kind, half);
    }
    (void)fprintf(stderr, "each half by the models of the other half\n");
    report(&all, "masks", MASKS, PLAIN, halves);
    report(&all, "LFW part", LFW, PLAIN, halves);
    report(&all, "side light", LIGHT, PLAIN, halves);
    report(&all, "masks, re-cut", MASKS, RECUT, halves);
    report(&all, "LFW part, re-cut", LFW, RECUT, halves);
    report(&all, "masks, made grey", MASKS, MADE_GREY, halves);
    report(&all, "LFW part, made grey", LFW, MADE_GREY, halves);
    whole[COLOUR] = fit(&all, COLOUR, -1);
    whole[GREY] = fit(&all, GREY, -1);
    (void)printf("/* SPDX-License-Identifier: Apache-2.0 */\n"
                 "/* Written by tests/accuracy/fit_mask.c. */\n"
                 "#include \"quality/mouth_occlusion.h\"\n\n");
    print("fvi_mouth_colour", &whole[COLOUR]);
    print("fvi_mouth_grey", &whole[GREY]);
    fv_session_destroy(&session);
    fv_engine_destroy(&engine);
    free(all.of);
    return 0;
}
