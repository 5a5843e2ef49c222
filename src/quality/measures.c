/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/quality.h"

const fvi_measure_info fvi_measures[FVI_Q_COUNT] = {
#define Q(id, key, unit, slo, shi, rlo, rhi)                                                       \
    [FVI_Q_##id] = {#id, #key, unit, {slo, shi}, {rlo, rhi}},
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
