/* SPDX-License-Identifier: Apache-2.0 */
#include "server/internal.h"

#include "base/clock.h"

/* What log and metrics say alike of an answer. */
typedef struct digest {
    fv_decision decision;
    fv_liveness_verdict liveness;
    bool usable;
    const fv_reason *reasons;
    size_t n_reasons;
    const fv_timings *timings;
} digest;

static digest digest_of(const fvi_told *t)
{
    digest d = {.decision = FV_UNDECIDED};

    if (t->work == NULL) return d;
    switch (t->op) {
    case FVI_OP_VERIFY:
    case FVI_OP_MATCH:
        return (digest){.decision = t->work->verify.decision,
                        .liveness = t->work->verify.liveness,
                        .reasons = t->work->verify.reasons,
                        .n_reasons = t->work->verify.n_reasons,
                        .timings = &t->work->verify.timings};
    case FVI_OP_LIVENESS:
        return (digest){.liveness = t->work->liveness.liveness,
                        .reasons = t->work->liveness.reasons,
                        .n_reasons = t->work->liveness.n_reasons,
                        .timings = &t->work->liveness.timings};
    case FVI_OP_QUALITY:
        return (digest){.usable = t->work->quality.usable,
                        .reasons = t->work->quality.reasons,
                        .n_reasons = t->work->quality.n_reasons,
                        .timings = &t->work->quality.timings};
    case FVI_OP_NONE:
    case FVI_OP_INFO:
        break;
    }
    return d;
}

static void log_line(const fvi_call *c, const fvi_told *t, const digest *d, uint64_t total_us)
{
    fvi_server *s = c->station->server;
    fvi_pipe pipe = {.url = ""};

    (void)fvi_pipes_get(s->pipes, c->pipe, &pipe);
    fvi_reqlog_entry e = {.request_id = c->peek.request_id,
                          .channel = t->channel,
                          .listener = pipe.url,
                          .peer = pipe.peer,
                          .op = t->op,
                          .status = t->status,
                          .decision = d->decision,
                          .liveness = d->liveness,
                          .usable = d->usable,
                          .replayed = t->replayed,
                          .queued = t->queued,
                          .queue_us = t->queue_us,
                          .total_us = total_us,
                          .reasons = d->reasons,
                          .n_reasons = d->n_reasons,
                          .timings = d->timings,
                          .err = t->err};
    if (!fvi_reqlog_write(s->log, &e)) fvi_metrics_count(s->metrics, FVI_COUNT_LOG_LOST);
}

void fvi_tell(const fvi_call *c, const fvi_told *t)
{
    digest d = digest_of(t);
    uint64_t total_us = fvi_clock_us() - c->arrived_us;
    fvi_metrics_reply_info info = {.op = t->op,
                                   .channel = t->channel,
                                   .status = t->status,
                                   .decision = d.decision,
                                   .liveness = d.liveness,
                                   .usable = d.usable,
                                   .replayed = t->replayed,
                                   .queued = t->queued,
                                   .queue_us = t->queue_us,
                                   .total_us = total_us,
                                   .reasons = d.reasons,
                                   .n_reasons = d.n_reasons,
                                   .timings = d.timings};
    fvi_metrics_reply(c->station->server->metrics, &info);
    log_line(c, t, &d, total_us);
}
