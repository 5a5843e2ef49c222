/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "liveness/liveness.h"

const float fvi_live_context_min = 0.7f;

const fvi_live_row fvi_live_rows[FVI_LIVE_ROWS] = {
#define PICTURE                  false
#define NETWORK                  true
#define J(measure, at, min, max) {FVI_Q_##measure, at, {(min), (max)}},
#include "liveness/judge.def"
#undef J
};

static void add(fvi_live_judged *j, fvi_live_cause cause)
{
    j->causes[j->n_causes++] = cause;
}

static void check_context(fvi_live_judged *j, float context)
{
    const fvi_limit least = FVI_LIMIT_AT_LEAST((double)fvi_live_context_min);
    fvi_side side = fvi_limit_side(least, (double)context);

    if (side == FVI_WITHIN) return;
    add(j, (fvi_live_cause){FVI_LIVE_CONTEXT, FVI_Q_COUNT, side, context,
                            side == FVI_BELOW ? fvi_live_context_min : NAN});
}

static void check_measure(fvi_live_judged *j, const fvi_live_row *row, float value, float reduced)
{
    double by = row->of_network && reduced > 1.0f ? (double)reduced : 1.0;
    fvi_limit limits = {row->limit.min * by, row->limit.max * by};
    fvi_side side = fvi_limit_side(limits, (double)value);

    if (side == FVI_WITHIN) return;
    double limit = side == FVI_BELOW ? limits.min : side == FVI_ABOVE ? limits.max : NAN;
    add(j, (fvi_live_cause){FVI_LIVE_MEASURE, row->measure, side, value, (float)limit});
}

static fv_liveness_verdict check_score(fvi_live_judged *j, float score,
                                       const fvi_live_limits *limits)
{
    if (score >= limits->live) return FV_LIVENESS_LIVE;
    if (score < limits->live && score < limits->attack) return FV_LIVENESS_ATTACK;
    if (score < limits->live)
        add(j, (fvi_live_cause){FVI_LIVE_DOUBTFUL, FVI_Q_COUNT, FVI_BELOW, score, limits->live});
    else
        add(j, (fvi_live_cause){FVI_LIVE_NO_SCORE, FVI_Q_COUNT, FVI_NOT_ASSESSED, score, NAN});
    return FV_LIVENESS_CANNOT_JUDGE;
}

void fvi_liveness_judge(const fvi_liveness_seen *seen, const fvi_live_limits *limits,
                        const fvi_measured *measured, fvi_live_judged *out)
{
    fvi_live_judged j = {.verdict = FV_LIVENESS_CANNOT_JUDGE};

    check_context(&j, seen->context);
    for (int i = 0; i < FVI_LIVE_ROWS; i++)
        check_measure(&j, &fvi_live_rows[i], measured->value[fvi_live_rows[i].measure],
                      seen->reduced);
    if (j.n_causes == 0) j.verdict = check_score(&j, seen->score, limits);
    *out = j;
}
