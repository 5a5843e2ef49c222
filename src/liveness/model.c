/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/json_file.h"
#include "liveness/liveness.h"

/* Genuine selfies can be worse than any that a limit was measured on: by so much must the odds lie
 * below the lowest limit before somebody is called an attacker. */
static const double ATTACK_MARGIN = 2.0;

const fvi_live_feature_info fvi_live_features[FVI_LIVE_COUNT] = {
#define F(id, sense, lo, hi) [FVI_LIVE_##id] = {#id, sense, lo, hi},
#include "liveness/features.def"
#undef F
};

static fv_status read_feature(const fvi_json_file *r, const json_t *o, int i, fvi_liveness_model *m)
{
    fv_status st = FV_OK;
    const fvi_live_feature_info *f = &fvi_live_features[i];
    char name[64];

    FVI_TRY(fvi_json_text(r, o, "name", name, sizeof name));
    if (strcmp(name, f->name) != 0)
        return fvi_json_bad(r, name, "not the feature that stands here");
    FVI_TRY(fvi_json_number(r, o, "mean", &m->mean[i]));
    FVI_TRY(fvi_json_number(r, o, "deviation", &m->deviation[i]));
    FVI_TRY(fvi_json_number(r, o, "coefficient", &m->coefficient[i]));
    if (!(m->deviation[i] > 0.0)) return fvi_json_bad(r, name, "a deviation is not above 0");
    if (m->coefficient[i] * (double)f->sense < 0.0)
        return fvi_json_bad(r, name, "its coefficient speaks against its sense");
out:
    return st;
}

static fv_status read_point(const fvi_json_file *r, const json_t *o, fvi_live_point *p)
{
    fv_status st = FV_OK;
    static const char where[] = "operating_points";

    FVI_TRY(fvi_json_number(r, o, "bpcer", &p->bpcer));
    FVI_TRY(fvi_json_number(r, o, "limit", &p->limit));
    FVI_TRY(fvi_json_count(r, o, "bona_fide", &p->bona_fide));
    FVI_TRY(fvi_json_count(r, o, "refused", &p->refused));
    FVI_TRY(fvi_json_number(r, o, "bpcer_upper95", &p->bpcer_upper95));
    if (!(p->bpcer > 0.0) || p->bpcer > 1.0) return fvi_json_bad(r, where, "a rate is not in 0..1");
    if (!(p->limit >= 0.0) || p->limit > 1.0)
        return fvi_json_bad(r, where, "a limit is not in 0..1");
    /* 19795-1, rule of three; 3 / bona_fide itself is supported, also where it is rounded down */
    if (p->bpcer * (double)p->bona_fide < 3.0 - 1e-9)
        return fvi_json_bad(r, where, "a rate is lower than its selfies support (3 / bona_fide)");
    if ((double)p->refused > p->bpcer * (double)p->bona_fide + 1e-6)
        return fvi_json_bad(r, where, "more were refused than the rate allows");
out:
    return st;
}

static fv_status read_points(const fvi_json_file *r, const json_t *points, fvi_liveness_model *m)
{
    fv_status st = FV_OK;

    m->n_points = json_array_size(points);
    if (m->n_points < 1 || m->n_points > FVI_LIVE_POINTS_MAX)
        return fvi_json_bad(r, "operating_points", "none, or too many");
    for (size_t i = 0; i < m->n_points; i++) {
        const fvi_live_point *p = &m->points[i];
        FVI_TRY(read_point(r, json_array_get(points, i), &m->points[i]));
        if (i > 0 && (p->bpcer >= p[-1].bpcer || p->limit > p[-1].limit))
            return fvi_json_bad(r, "operating_points", "rates must fall and limits must not rise");
    }
out:
    return st;
}

static fv_status read_all(const fvi_json_file *r, const json_t *root, const char *sha256,
                          fvi_liveness_model *m)
{
    fv_status st = FV_OK;
    const json_t *features = json_object_get(root, "features");

    FVI_TRY(fvi_json_text(r, root, "id", m->id, sizeof m->id));
    FVI_TRY(fvi_json_text(r, root, "date", m->date, sizeof m->date));
    FVI_TRY(fvi_json_text(r, root, "sets", m->sets, sizeof m->sets));
    FVI_TRY(fvi_json_text(r, root, "network_sha256", m->network_sha256, sizeof m->network_sha256));
    if (strcmp(m->network_sha256, sha256) != 0)
        return fvi_json_bad(r, "network_sha256",
                            "made for another liveness network than the pack's");
    if (json_array_size(features) != FVI_LIVE_COUNT)
        return fvi_json_bad(r, "features", "not as many as there are");
    for (int i = 0; i < FVI_LIVE_COUNT; i++)
        FVI_TRY(read_feature(r, json_array_get(features, (size_t)i), i, m));
    FVI_TRY(fvi_json_number(r, root, "intercept", &m->intercept));
    FVI_TRY(read_points(r, json_object_get(root, "operating_points"), m));
out:
    return st;
}

fv_status fvi_liveness_load(fvi_liveness_model *out, const char *path, const char *network_sha256,
                            fv_error *err)
{
    fv_status st = FV_OK;
    fvi_json_file r = {path, err};
    json_t *root = NULL;
    fvi_liveness_model m = {.n_points = 0};

    FVI_TRY(fvi_json_file_read(&r, &root));
    FVI_TRY(read_all(&r, root, network_sha256, &m));
    *out = m;
out:
    json_decref(root);
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
