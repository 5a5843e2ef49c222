/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/quality.h"

#define ANY          FVI_LIMIT_ANY
#define AT_LEAST(a)  FVI_LIMIT_AT_LEAST(a)
#define AT_MOST(b)   FVI_LIMIT_AT_MOST(b)
#define WITHIN(a, b) FVI_LIMIT_WITHIN(a, b)

const fvi_measure_info fvi_measures[FVI_Q_COUNT] = {
#define Q(id, key, unit, ...) [FVI_Q_##id] = {#id, #key, unit},
#include "quality/measures.def"
#undef Q
};

const fvi_limits_set fvi_selfie_limits = {
#define Q(id, key, unit, fn, s_gate, s_advice, r_gate, r_advice)                                   \
    .gate[FVI_Q_##id] = s_gate, .advice[FVI_Q_##id] = s_advice,
#include "quality/measures.def"
#undef Q
};

const fvi_limits_set fvi_record_limits = {
#define Q(id, key, unit, fn, s_gate, s_advice, r_gate, r_advice)                                   \
    .gate[FVI_Q_##id] = r_gate, .advice[FVI_Q_##id] = r_advice,
#include "quality/measures.def"
#undef Q
};

fvi_side fvi_limit_side(fvi_limit limit, double value)
{
    if (isnan(value)) return FVI_NOT_ASSESSED;
    if (value < limit.min) return FVI_BELOW;
    if (value > limit.max) return FVI_ABOVE;
    return FVI_WITHIN;
}

bool fvi_limit_is_set(fvi_limit limit)
{
    return !(isinf(limit.min) && isinf(limit.max));
}
