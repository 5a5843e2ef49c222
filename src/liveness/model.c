/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "liveness/liveness.h"

enum { FILE_MAX_BYTES = 1 << 20 };

/* Genuine selfies can be worse than any that a limit was measured on: by so much must the odds lie
 * below the lowest limit before somebody is called an attacker. */
static const double ATTACK_MARGIN = 2.0;

const fvi_live_feature_info fvi_live_features[FVI_LIVE_COUNT] = {
#define F(id, sense, lo, hi) [FVI_LIVE_##id] = {#id, sense, lo, hi},
#include "liveness/features.def"
#undef F
};

typedef struct reader {
    const char *path;
    fv_error *err;
} reader;

static fv_status bad(const reader *r, const char *where, const char *what)
{
    return fvi_fail(r->err, FV_E_MODEL, "%s: %s: %s", r->path, where, what);
}

static fv_status text(const reader *r, const json_t *o, const char *key, char *out, size_t cap)
{
    const char *s = json_string_value(json_object_get(o, key));
    if (s == NULL || s[0] == '\0' || strlen(s) >= cap)
        return bad(r, key, "a text is missing, empty or too long");
    (void)snprintf(out, cap, "%s", s);
    return FV_OK;
}

static fv_status count(const reader *r, const json_t *o, const char *key, uint64_t *out)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_integer(v) || json_integer_value(v) < 0)
        return bad(r, key, "a whole number is missing or negative");
    *out = (uint64_t)json_integer_value(v);
    return FV_OK;
}

static fv_status number(const reader *r, const json_t *o, const char *key, double *out)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v)) return bad(r, key, "a number is missing");
    *out = json_number_value(v);
    return isfinite(*out) ? FV_OK : bad(r, key, "not a finite number");
}

static fv_status read_feature(const reader *r, const json_t *o, int i, fvi_liveness_model *m)
{
    fv_status st = FV_OK;
    const fvi_live_feature_info *f = &fvi_live_features[i];
    char name[64];

    FVI_TRY(text(r, o, "name", name, sizeof name));
    if (strcmp(name, f->name) != 0) return bad(r, name, "not the feature that stands here");
    FVI_TRY(number(r, o, "mean", &m->mean[i]));
    FVI_TRY(number(r, o, "deviation", &m->deviation[i]));
    FVI_TRY(number(r, o, "coefficient", &m->coefficient[i]));
    if (!(m->deviation[i] > 0.0)) return bad(r, name, "a deviation is not above 0");
    if (m->coefficient[i] * (double)f->sense < 0.0)
        return bad(r, name, "its coefficient speaks against its sense");
out:
    return st;
}

static fv_status read_point(const reader *r, const json_t *o, fvi_live_point *p)
{
    fv_status st = FV_OK;
    static const char where[] = "operating_points";

    FVI_TRY(number(r, o, "bpcer", &p->bpcer));
    FVI_TRY(number(r, o, "limit", &p->limit));
    FVI_TRY(count(r, o, "bona_fide", &p->bona_fide));
    FVI_TRY(count(r, o, "refused", &p->refused));
    FVI_TRY(number(r, o, "bpcer_upper95", &p->bpcer_upper95));
    if (!(p->bpcer > 0.0) || p->bpcer > 1.0) return bad(r, where, "a rate is not in 0..1");
    if (!(p->limit >= 0.0) || p->limit > 1.0) return bad(r, where, "a limit is not in 0..1");
    /* 19795-1, rule of three; 3 / bona_fide itself is supported, also where it is rounded down */
    if (p->bpcer * (double)p->bona_fide < 3.0 - 1e-9)
        return bad(r, where, "a rate is lower than its selfies support (3 / bona_fide)");
    if ((double)p->refused > p->bpcer * (double)p->bona_fide + 1e-6)
        return bad(r, where, "more were refused than the rate allows");
out:
    return st;
}

static fv_status read_points(const reader *r, const json_t *points, fvi_liveness_model *m)
{
    fv_status st = FV_OK;

    m->n_points = json_array_size(points);
    if (m->n_points < 1 || m->n_points > FVI_LIVE_POINTS_MAX)
        return bad(r, "operating_points", "none, or too many");
    for (size_t i = 0; i < m->n_points; i++) {
        const fvi_live_point *p = &m->points[i];
        FVI_TRY(read_point(r, json_array_get(points, i), &m->points[i]));
        if (i > 0 && (p->bpcer >= p[-1].bpcer || p->limit > p[-1].limit))
            return bad(r, "operating_points", "rates must fall and limits must not rise");
    }
out:
    return st;
}

static fv_status read_all(const reader *r, const json_t *root, const char *sha256,
                          fvi_liveness_model *m)
{
    fv_status st = FV_OK;
    const json_t *features = json_object_get(root, "features");

    FVI_TRY(text(r, root, "id", m->id, sizeof m->id));
    FVI_TRY(text(r, root, "date", m->date, sizeof m->date));
    FVI_TRY(text(r, root, "sets", m->sets, sizeof m->sets));
    FVI_TRY(text(r, root, "network_sha256", m->network_sha256, sizeof m->network_sha256));
    if (strcmp(m->network_sha256, sha256) != 0)
        return bad(r, "network_sha256", "made for another liveness network than the pack's");
    if (json_array_size(features) != FVI_LIVE_COUNT)
        return bad(r, "features", "not as many as there are");
    for (int i = 0; i < FVI_LIVE_COUNT; i++)
        FVI_TRY(read_feature(r, json_array_get(features, (size_t)i), i, m));
    FVI_TRY(number(r, root, "intercept", &m->intercept));
    FVI_TRY(read_points(r, json_object_get(root, "operating_points"), m));
out:
    return st;
}

fv_status fvi_liveness_load(fvi_liveness_model *out, const char *path, const char *network_sha256,
                            fv_error *err)
{
    fv_status st = FV_OK;
    reader r = {path, err};
    uint8_t *bytes = NULL;
    size_t len = 0;
    json_t *root = NULL;
    fvi_liveness_model m = {.n_points = 0};

    FVI_TRY(fvi_file_read(path, FILE_MAX_BYTES, FV_E_MODEL, &bytes, &len, err));
    FVI_TRY(fvi_json_parse(path, (fv_bytes){bytes, len}, &root, err));
    FVI_TRY(read_all(&r, root, network_sha256, &m));
    *out = m;
out:
    json_decref(root);
    free(bytes);
    return st;
}

fv_status fvi_liveness_limits(const fvi_liveness_model *m, double bpcer, fvi_live_limits *out,
                              fv_error *err)
{
    for (size_t i = 0; i < m->n_points; i++) {
        if (!(m->points[i].bpcer <= bpcer * (1.0 + 1e-9))) continue; /* also NaN */
        out->live = (float)m->points[i].limit;
        double lowest = m->points[m->n_points - 1].limit;
        out->attack = (float)(lowest / (lowest + ATTACK_MARGIN * (1.0 - lowest)));
        return FV_OK;
    }
    return fvi_fail(err, FV_E_CONFIG,
                    "a share of %g of genuine selfies refused was not measured: the lowest is %g "
                    "(liveness model %s)",
                    bpcer, m->n_points == 0 ? 1.0 : m->points[m->n_points - 1].bpcer, m->id);
}

float fvi_liveness_score(const fvi_liveness_model *m, const float feature[FVI_LIVE_COUNT])
{
    double t = m->intercept;

    for (int i = 0; i < FVI_LIVE_COUNT; i++)
        t += m->coefficient[i] * ((double)feature[i] - m->mean[i]) / m->deviation[i];
    return (float)(1.0 / (1.0 + exp(-t)));
}
