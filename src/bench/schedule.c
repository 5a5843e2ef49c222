/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/schedule.h"

#include <math.h>

void fvi_schedule_begin(fvi_schedule *s, const fvi_bench_plan *plan)
{
    *s = (fvi_schedule){.plan = *plan, .random = plan->seed};
}

/* SplitMix64, as 0 < u <= 1. */
static double uniform(fvi_schedule *s)
{
    uint64_t x = s->random += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    x ^= x >> 31;
    return ((double)(x >> 11) + 1.0) * 0x1p-53;
}

static uint64_t arrival(fvi_schedule *s, uint64_t now_us)
{
    double gap_us = 1e6 / s->plan.rate_per_s;

    if (!s->plan.open) return now_us;
    /* not by adding gaps up: the mean rate stays exact over any number of requests */
    if (!s->plan.poisson) return (uint64_t)((double)s->next * 1e6 / s->plan.rate_per_s);
    s->poisson_us -= log(uniform(s)) * gap_us;
    return (uint64_t)s->poisson_us;
}

bool fvi_schedule_next(fvi_schedule *s, uint64_t now_us, fvi_ticket *out)
{
    const fvi_bench_plan *p = &s->plan;

    if (p->requests > 0 && s->measured == p->requests) return false;
    uint64_t at = arrival(s, now_us);
    if (p->duration_us > 0 && at >= p->warmup_us + p->duration_us) return false;
    *out = (fvi_ticket){.number = s->next++, .at_us = at, .measured = at >= p->warmup_us};
    if (out->measured) s->measured++;
    return true;
}
