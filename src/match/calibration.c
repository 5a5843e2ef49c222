/* SPDX-License-Identifier: Apache-2.0 */
#include "match/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_file.h"

static fv_status read_rate(const fvi_json_file *r, const json_t *o, const fvi_cohort *c,
                           fvi_rate *out)
{
    fv_status st = FV_OK;

    FVI_TRY(fvi_json_number(r, o, "fmr", &out->fmr));
    FVI_TRY(fvi_json_number(r, o, "similarity", &out->similarity));
    FVI_TRY(fvi_json_number(r, o, "fmr_upper95", &out->fmr_upper95));
    FVI_TRY(fvi_json_count(r, o, "false_matches", &out->false_matches));
    if (!(out->fmr > 0.0) || out->fmr > 1.0)
        return fvi_json_bad(r, c->name, "a rate is not in 0..1");
    if (fabs(out->similarity) > 1.0)
        return fvi_json_bad(r, c->name, "a similarity is not in -1..1");
    /* 19795-1, rule of three; 3 / pairs itself is supported, also where it is rounded down */
    if (out->fmr * (double)c->impostor_pairs < 3.0 - 1e-9)
        return fvi_json_bad(r, c->name,
                            "a rate is lower than its pairs support (3 / impostor_pairs)");
    if ((double)out->false_matches > out->fmr * (double)c->impostor_pairs + 1e-6)
        return fvi_json_bad(r, c->name, "more false matches than the rate allows");
out:
    return st;
}

static fv_status read_cohort(const fvi_json_file *r, const json_t *o, fvi_cohort *c)
{
    fv_status st = FV_OK;
    const json_t *rates = json_object_get(o, "rates");
    const json_t *policy = json_object_get(o, "sets_policy");

    FVI_TRY(fvi_json_text(r, o, "name", c->name, sizeof c->name));
    FVI_TRY(fvi_json_text(r, o, "set", c->set, sizeof c->set));
    FVI_TRY(fvi_json_count(r, o, "people", &c->people));
    FVI_TRY(fvi_json_count(r, o, "impostor_pairs", &c->impostor_pairs));
    if (!json_is_boolean(policy))
        return fvi_json_bad(r, c->name, "sets_policy is not true or false");
    c->sets_policy = json_is_true(policy);
    if (c->sets_policy && c->people < FVI_COHORT_PEOPLE_MIN)
        return fvi_json_bad(r, c->name, "too few people to set policy");
    c->n_rates = json_array_size(rates);
    if (c->n_rates < 1 || c->n_rates > FVI_RATES_MAX)
        return fvi_json_bad(r, c->name, "no rates, or too many");
    for (size_t i = 0; i < c->n_rates; i++) {
        FVI_TRY(read_rate(r, json_array_get(rates, i), c, &c->rates[i]));
        if (i > 0 && (c->rates[i].fmr >= c->rates[i - 1].fmr ||
                      c->rates[i].similarity < c->rates[i - 1].similarity))
            return fvi_json_bad(r, c->name, "rates must fall and similarities must not");
    }
out:
    return st;
}

static fv_status read_all(const fvi_json_file *r, const json_t *root, const char *sha256,
                          fvi_calibration *c)
{
    fv_status st = FV_OK;
    const json_t *cohorts = json_object_get(root, "cohorts");
    size_t policy = 0;

    FVI_TRY(fvi_json_text(r, root, "id", c->id, sizeof c->id));
    FVI_TRY(fvi_json_text(r, root, "date", c->date, sizeof c->date));
    FVI_TRY(fvi_json_text(r, root, "network_sha256", c->network_sha256, sizeof c->network_sha256));
    if (strcmp(c->network_sha256, sha256) != 0)
        return fvi_json_bad(r, "network_sha256",
                            "made for another embedding network than the pack's");
    c->n_cohorts = json_array_size(cohorts);
    if (c->n_cohorts < 1 || c->n_cohorts > FVI_COHORTS_MAX)
        return fvi_json_bad(r, "cohorts", "none, or too many");
    for (size_t i = 0; i < c->n_cohorts; i++) {
        FVI_TRY(read_cohort(r, json_array_get(cohorts, i), &c->cohorts[i]));
        policy += c->cohorts[i].sets_policy ? 1 : 0;
    }
    if (policy == 0) return fvi_json_bad(r, "cohorts", "none sets policy");
out:
    return st;
}

fv_status fvi_calibration_load(fvi_calibration *out, const char *path, const char *network_sha256,
                               fv_error *err)
{
    fv_status st = FV_OK;
    fvi_json_file r = {path, err};
    json_t *root = NULL;
    fvi_calibration *c = calloc(1, sizeof *c);

    if (c == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "calibration");
        goto out;
    }
    FVI_TRY(fvi_json_file_read(&r, &root));
    FVI_TRY(read_all(&r, root, network_sha256, c));
    *out = *c;
out:
    json_decref(root);
    free(c);
    return st;
}

/* The cohort's nearest measured rate at or below fmr; NULL where there is none. */
static const fvi_rate *rate_for(const fvi_cohort *c, double fmr)
{
    for (size_t i = 0; i < c->n_rates; i++) {
        if (c->rates[i].fmr <= fmr * (1.0 + 1e-9)) return &c->rates[i];
    }
    return NULL;
}

fv_status fvi_calibration_similarity(const fvi_calibration *c, double fmr, float *similarity,
                                     const fvi_cohort **cohort, fv_error *err)
{
    const fvi_cohort *worst = NULL;
    double most = -INFINITY;

    for (size_t i = 0; i < c->n_cohorts; i++) {
        const fvi_cohort *k = &c->cohorts[i];
        if (!k->sets_policy) continue;
        const fvi_rate *r = rate_for(k, fmr);
        if (r == NULL)
            return fvi_fail(err, FV_E_CONFIG,
                            "a false match rate of %g was not measured in cohort '%s': its lowest "
                            "is %g (calibration %s)",
                            fmr, k->name, k->rates[k->n_rates - 1].fmr, c->id);
        if (r->similarity > most) {
            most = r->similarity;
            worst = k;
        }
    }
    *similarity = (float)most;
    if (cohort != NULL) *cohort = worst;
    return FV_OK;
}
