/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/conditions.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "replay/figures.h"

enum {
    PAIRS = 1 << FVI_KIND_PAIRS,
    ATTACKS = 1 << FVI_KIND_ATTACKS,
    QUALITY = 1 << FVI_KIND_QUALITY
};

typedef enum at_what { AT_NONE, AT_MAY } at_what;

static const struct metric {
    const char *name;
    unsigned kinds;
    at_what at;
    bool of;      /* may name a species or label */
    bool of_must; /* must */
    bool share;   /* has an interval */
} metrics[] = {
    {"fnmr", PAIRS, AT_MAY, false, false, true},
    {"fmr", PAIRS, AT_NONE, false, false, true},
    {"pass", PAIRS, AT_NONE, false, false, true},
    {"review", PAIRS, AT_NONE, false, false, true},
    {"false_no_match", PAIRS, AT_NONE, false, false, true},
    {"false_pass", PAIRS, AT_NONE, false, false, true},
    {"false_review", PAIRS, AT_NONE, false, false, true},
    {"apcer", ATTACKS, AT_NONE, true, false, true},
    {"bpcer", ATTACKS, AT_MAY, false, false, true},
    {"called_attack", ATTACKS, AT_NONE, false, false, true},
    {"bpnrr", ATTACKS, AT_NONE, false, false, true},
    {"refused", QUALITY, AT_NONE, true, true, true},
    {"found", QUALITY, AT_NONE, true, true, true},
    {"fta", PAIRS, AT_NONE, false, false, true},
    {"unreadable", PAIRS | ATTACKS | QUALITY, AT_NONE, false, false, false},
    {"flips", PAIRS | ATTACKS | QUALITY, AT_NONE, false, false, false},
};

/* Of the whole set alone: images are in no cohort, pairs are. */
static bool of_all_only(const struct metric *m)
{
    return !m->share || strcmp(m->name, "fta") == 0;
}

static const struct metric *metric_of(const fvi_condition *c)
{
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        if (strcmp(metrics[i].name, c->metric) == 0) return &metrics[i];
    }
    return NULL;
}

static bool number(const char *text, const char **end, double *out)
{
    char *e = NULL;
    errno = 0;
    *out = strtod(text, &e);
    *end = e;
    return e != text && errno == 0 && isfinite(*out);
}

/* "[cohort]" and ".low" or ".high" at the end of the left side, taken off. */
static bool take_tail(fvi_condition *c, char *left)
{
    size_t n = strlen(left);

    if (n > 4 && strcmp(left + n - 4, ".low") == 0) {
        c->end = FVI_END_LOW;
        left[n - 4] = '\0';
    } else if (n > 5 && strcmp(left + n - 5, ".high") == 0) {
        c->end = FVI_END_HIGH;
        left[n - 5] = '\0';
    }
    n = strlen(left);
    char *open = strchr(left, '[');
    if (open == NULL) return true;
    if (left[n - 1] != ']' || strlen(open + 1) - 1 == 0 || strlen(open + 1) > sizeof c->cohort)
        return false;
    left[n - 1] = '\0';
    (void)snprintf(c->cohort, sizeof c->cohort, "%s", open + 1);
    *open = '\0';
    return true;
}

static bool take_left(fvi_condition *c, char *left)
{
    const char *end = NULL;

    if (!take_tail(c, left)) return false;
    char *colon = strchr(left, ':');
    if (colon != NULL) {
        if (colon[1] == '\0' || strlen(colon + 1) >= sizeof c->of) return false;
        (void)snprintf(c->of, sizeof c->of, "%s", colon + 1);
        *colon = '\0';
    }
    char *at = strchr(left, '@');
    if (at != NULL) {
        if (!number(at + 1, &end, &c->at) || *end != '\0' || c->at <= 0 || c->at > 1) return false;
        *at = '\0';
    }
    if (strlen(left) >= sizeof c->metric) return false;
    (void)snprintf(c->metric, sizeof c->metric, "%s", left);
    return true;
}

static bool known_apcer(double at)
{
    return fabs(at - 0.05) < 1e-12 || fabs(at - 0.1) < 1e-12;
}

fv_status fvi_condition_parse(fvi_condition *out, const char *text, fv_error *err)
{
    fvi_condition c = {.text = text, .at = NAN};
    char left[200];
    const char *end = NULL;
    size_t n = strcspn(text, "<>");

    if (text[n] == '\0' || n == 0 || n >= sizeof left)
        return fvi_fail(err, FV_E_ARG, "'%.100s' is not METRIC>NUMBER (nor >=, <, <=)", text);
    memcpy(left, text, n);
    left[n] = '\0';
    bool equal = text[n + 1] == '=';
    (void)snprintf(c.op, sizeof c.op, "%c%s", text[n], equal ? "=" : "");
    if (!number(text + n + (equal ? 2 : 1), &end, &c.limit) || *end != '\0')
        return fvi_fail(err, FV_E_ARG, "'%.100s': what follows %s is no number", text, c.op);
    if (!take_left(&c, left))
        return fvi_fail(err, FV_E_ARG, "'%.100s': the left side is not METRIC@RATE[COHORT]", text);
    const struct metric *m = metric_of(&c);
    if (m == NULL)
        return fvi_fail(err, FV_E_ARG, "'%.100s': there is no metric '%s'", text, c.metric);
    if ((!isnan(c.at) && m->at == AT_NONE) || (c.of[0] != '\0' && !m->of) ||
        (c.of[0] == '\0' && m->of_must) || (c.end != FVI_END_VALUE && !m->share) ||
        (c.cohort[0] != '\0' && of_all_only(m)))
        return fvi_fail(err, FV_E_ARG, "'%.100s': '%s' is not asked in that way", text, c.metric);
    if (strcmp(c.metric, "bpcer") == 0 && !isnan(c.at) && !known_apcer(c.at))
        return fvi_fail(err, FV_E_ARG, "'%.100s': bpcer is known at 0.05 and at 0.1", text);
    *out = c;
    return FV_OK;
}

fv_status fvi_condition_check(const fvi_condition *c, fvi_kind kind, bool baseline, fv_error *err)
{
    const struct metric *m = metric_of(c);

    if (m == NULL || (m->kinds & (1u << kind)) == 0)
        return fvi_fail(err, FV_E_ARG, "'%.100s': a set of %s has no '%s'", c->text,
                        fvi_kind_name(kind), c->metric);
    if (strcmp(c->metric, "flips") == 0 && !baseline)
        return fvi_fail(err, FV_E_ARG, "'%.100s': flips need a --baseline", c->text);
    return FV_OK;
}

static double end_of(const json_t *share, fvi_end end)
{
    const char *key = end == FVI_END_LOW ? "low" : end == FVI_END_HIGH ? "high" : "value";
    const json_t *v = json_object_get(share, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static double worst_species(const json_t *figures, fvi_end end)
{
    const char *name = NULL;
    json_t *s = NULL;
    double worst = NAN;

    json_object_foreach((json_t *)json_object_get(figures, "species"), name, s)
    {
        double v = end_of(json_object_get(s, "apcer"), end);
        if (!isnan(v) && !(v <= worst)) worst = v;
    }
    return worst;
}

/* FNMR at any rate that the pairs support, also one that is not among the steps. */
static fv_status fnmr_at(const fvi_condition *c, const fvi_run *run, double *out, const char **why,
                         fv_error *err)
{
    fv_status st = FV_OK;
    fvi_trial_set s = {.unreadable = 0};
    fvi_error_point p;
    uint32_t cohort =
        c->cohort[0] == '\0' ? FVI_TEXT_NONE : fvi_texts_find(&run->m->cohorts, c->cohort);

    FVI_TRY(fvi_trial_set_create(&s, run, cohort, err));
    if (!fvi_rate_supported(c->at, fvi_trials_compared(s.t.impostor, s.t.n_impostor))) {
        *why = "the impostor pairs are too few for this rate (rule of three)";
        goto out;
    }
    fvi_point_at(&s.t, fvi_threshold_of(&s.t, c->at), &p);
    p.rate = c->at;
    if (c->end != FVI_END_VALUE) FVI_TRY(fvi_points_bound(&s.t, &p, 1, &run->bootstrap, err));
    *out = c->end == FVI_END_VALUE ? fvi_share_value(&p.fnmr)
           : !p.fnmr.bounded       ? NAN
           : c->end == FVI_END_LOW ? p.fnmr.low
                                   : p.fnmr.high;
out:
    fvi_trial_set_free(&s);
    return st;
}

static double bpcer_at(const json_t *figures, const fvi_condition *c)
{
    size_t i = 0;
    json_t *p = NULL;

    json_array_foreach(json_object_get(figures, "bpcer_at_apcer"), i, p)
    {
        if (fabs(json_number_value(json_object_get(p, "apcer")) - c->at) < 1e-12)
            return end_of(json_object_get(p, "bpcer"), c->end);
    }
    return NAN;
}

static double share_of(const json_t *figures, const json_t *summary, const fvi_condition *c)
{
    const json_t *match = json_object_get(json_object_get(figures, "at_policy"), "match");
    const json_t *labels = json_object_get(figures, "labels");

    if (strcmp(c->metric, "fta") == 0)
        return end_of(json_object_get(json_object_get(summary, "acquisition"), "fta"), c->end);
    if (strcmp(c->metric, "fnmr") == 0 || strcmp(c->metric, "fmr") == 0)
        return end_of(json_object_get(match, c->metric), c->end);
    if (strcmp(c->metric, "apcer") == 0 && c->of[0] == '\0') return worst_species(figures, c->end);
    if (strcmp(c->metric, "apcer") == 0)
        return end_of(
            json_object_get(json_object_get(json_object_get(figures, "species"), c->of), "apcer"),
            c->end);
    if (strcmp(c->metric, "bpcer") == 0 && !isnan(c->at)) return bpcer_at(figures, c);
    if (strcmp(c->metric, "refused") == 0 || strcmp(c->metric, "found") == 0)
        return end_of(json_object_get(json_object_get(labels, c->of), c->metric), c->end);
    return end_of(json_object_get(figures, c->metric), c->end);
}

/* lint: parameters, a value or why there is none */
static fv_status evaluate(const fvi_condition *c, const fvi_run *run, const json_t *summary,
                          double *out, const char **why, fv_error *err)
{
    const json_t *figures = json_object_get(summary, "figures");

    *out = NAN;
    *why = "there is nothing to count";
    if (strcmp(c->metric, "unreadable") == 0) {
        *out = (double)json_integer_value(
            json_object_get(json_object_get(summary, "acquisition"), "unreadable"));
        return FV_OK;
    }
    if (strcmp(c->metric, "flips") == 0) {
        *out = (double)json_integer_value(
            json_object_get(json_object_get(summary, "changes"), "flips"));
        return FV_OK;
    }
    if (c->cohort[0] != '\0') {
        figures = json_object_get(json_object_get(figures, "cohorts"), c->cohort);
        *why = "the set has no such cohort, or nothing to count in it";
        if (figures == NULL) return FV_OK;
    }
    if (strcmp(c->metric, "fnmr") == 0 && !isnan(c->at)) return fnmr_at(c, run, out, why, err);
    *out = share_of(figures, summary, c);
    return FV_OK;
}

fv_status fvi_condition_judge(const fvi_condition *c, const fvi_run *run, const json_t *summary,
                              json_t **out, fv_error *err)
{
    fv_status st = FV_OK;
    double v = NAN;
    const char *why = "";

    FVI_TRY(evaluate(c, run, summary, &v, &why, err));
    bool holds = isnan(v)                   ? true
                 : strcmp(c->op, ">") == 0  ? v > c->limit
                 : strcmp(c->op, ">=") == 0 ? v >= c->limit
                 : strcmp(c->op, "<") == 0  ? v < c->limit
                                            : v <= c->limit;
    json_t *o =
        json_pack("{s:s, s:b, s:o, s:s}", "condition", c->text, "holds", (int)holds, "value",
                  isnan(v) ? json_null() : json_real(v), "why", isnan(v) ? why : "");
    if (o == NULL) return fvi_fail(err, FV_E_NOMEM, "condition");
    *out = o;
out:
    return st;
}
