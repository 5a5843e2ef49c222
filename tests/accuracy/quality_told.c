/* SPDX-License-Identifier: Apache-2.0 */
#include "quality_told.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const fvi_reason_row *qual_row(const char *name)
{
    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        if (strcmp(fvi_reason_rows[i].name, name) == 0) return &fvi_reason_rows[i];
    }
    return NULL;
}

int qual_direction(const fvi_reason_row *row)
{
    if (row == NULL || row->measure < 0) return 0;
    return (row->above == FVI_ABOVE) - (row->below == FVI_BELOW);
}

double qual_value(const fvi_seen *seen, const fvi_reason_row *row)
{
    if (row == NULL || row->measure < 0) return NAN;
    return (double)seen->measured.value[row->measure];
}

double qual_badness(const fvi_seen *seen, const fvi_reason_row *row)
{
    double v = qual_value(seen, row);
    int direction = qual_direction(row);
    return direction == 0 ? fabs(v) : v * (double)direction;
}

const fvi_limits_set *qual_limits(const fv_engine *engine, fv_image kind)
{
    return kind == FV_SELFIE ? &engine->settings.selfie : &engine->settings.record;
}

fvi_reasons qual_reasons(const fv_engine *engine, const fvi_seen *seen, fv_image kind)
{
    fvi_reasons r = {.n = 0};
    fvi_explain_photo(&r, kind, seen, qual_limits(engine, kind));
    return r;
}

bool qual_refused(const fv_engine *engine, const fvi_seen *seen, fv_image kind)
{
    return qual_reasons(engine, seen, kind).blocked[kind];
}

const char *const qual_bystanders[] = {"SEVERAL_FACES", NULL};
const char *const qual_framing[] = {
    "SEVERAL_FACES", "FACE_CUT_OFF",    "FACE_TOO_SMALL", "FACE_TOO_LARGE",
    "HEAD_TURNED",   "HEAD_UP_OR_DOWN", "HEAD_TILTED",    NULL};

bool qual_refused_but_for(const fv_engine *engine, const fvi_seen *seen, fv_image kind,
                          const char *const *aside)
{
    fvi_reasons r = qual_reasons(engine, seen, kind);

    for (uint32_t i = 0; i < r.n; i++) {
        size_t k = 0;
        while (aside[k] != NULL && strcmp(aside[k], fv_reason_name(r.of[i].code)) != 0)
            k++;
        if (aside[k] == NULL && r.of[i].severity == FV_BLOCKS) return true;
    }
    return false;
}

fv_reason_code qual_first(const fv_engine *engine, const fvi_seen *seen, fv_image kind)
{
    static const fvi_channel channel = {.name = ""};
    fv_result out = FV_RESULT_INIT;
    fvi_reasons r = qual_reasons(engine, seen, kind);
    fv_decision decision = FV_NO_MATCH;

    if (r.blocked[kind]) decision = kind == FV_SELFIE ? FV_RETAKE_SELFIE : FV_RECORD_PHOTO_UNUSABLE;
    fvi_explain_finish(&r, decision, &channel, &out);
    return out.n_reasons > 0 ? out.reasons[0].code : FV_REASON_NONE;
}

typedef struct promise {
    char what[96];
    double seen;
    double at_least;
    double at_most;
} promise;

static promise promises[64];
static size_t n_promises;

void qual_promise(const char *what, double seen, double at_least, double at_most)
{
    if (n_promises == sizeof promises / sizeof promises[0]) return;
    promise *p = &promises[n_promises++];
    (void)snprintf(p->what, sizeof p->what, "%s", what);
    p->seen = seen;
    p->at_least = at_least;
    p->at_most = at_most;
}

/* What falls short of the promise today, and how far it may fall: docs/quality.md says why. A row
 * that holds again has no business here. */
static const struct {
    const char *what;
    double floor;
} known[] = {
    {"gamma up: told first in gross cases", 0.70},
    {"blue cast, stops: rank correlation", 0.78},
    {"blue cast, stops: told first in gross cases", 0.65},
};

static bool is_known(const promise *p)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].what, p->what) == 0) return p->seen >= known[i].floor;
    }
    return false;
}

bool qual_promises(void)
{
    bool all = n_promises > 0;

    (void)printf("\n## Promises\n\n| figure | promised | seen | |\n|---|---|---|---|\n");
    for (size_t i = 0; i < n_promises; i++) {
        const promise *p = &promises[i];
        bool holds = p->seen >= p->at_least && p->seen <= p->at_most; /* not for NaN */
        (void)printf("| %s | ", p->what);
        if (isfinite(p->at_least)) (void)printf("at least %.3g | ", p->at_least);
        if (isfinite(p->at_most)) (void)printf("at most %.3g | ", p->at_most);
        bool short_of = !holds && is_known(p);
        (void)printf("%.4f | %s |\n", p->seen,
                     holds      ? "holds"
                     : short_of ? "falls short, as known"
                                : "DOES NOT HOLD");
        all = all && (holds || short_of);
    }
    return all;
}

const char *qual_percent(size_t n, size_t of)
{
    static char text[8][24];
    static unsigned next;
    char *t = text[next++ % 8];

    if (of == 0)
        (void)snprintf(t, sizeof text[0], "-");
    else
        (void)snprintf(t, sizeof text[0], "%.1f %%", 100.0 * (double)n / (double)of);
    return t;
}
