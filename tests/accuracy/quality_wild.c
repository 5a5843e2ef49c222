/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "quality.h"
#include "quality_pool.h"
#include "quality_told.h"
#include "stats.h"

typedef struct counts {
    size_t refused[2];
    size_t alone[2];         /* refused, bystanders aside */
    size_t given[2][2][256]; /* as a selfie or record, blocks or advice, by row of reasons.def */
} counts;

static void count(const qual_run *run, const acc_set *lfw, counts *c)
{
    for (size_t i = 0; i < lfw->n_images; i++) {
        for (int kind = 0; kind < 2; kind++) {
            fv_image image = kind == 0 ? FV_SELFIE : FV_RECORD;
            fvi_reasons r = qual_reasons(run->engine, &lfw->images[i].seen, image);
            c->refused[kind] += r.blocked[image];
            c->alone[kind] +=
                qual_refused_but_for(run->engine, &lfw->images[i].seen, image, qual_bystanders);
            for (uint32_t k = 0; k < r.n; k++) {
                size_t row = (size_t)(fvi_reason_row_of(r.of[k].code) - fvi_reason_rows);
                c->given[kind][r.of[k].severity == FV_ADVICE][row % 256]++;
            }
        }
    }
}

/* Where limits would lie that so many pictures are outside of. */
static void print_quantiles(const acc_set *lfw)
{
    static const double shares[] = {0.005, 0.02, 0.1, 0.5, 0.9, 0.98, 0.995};
    double *v = qual_room(lfw->n_images, sizeof v[0]);

    (void)printf(
        "\n| measure | unit | not assessed | 0.5 %% are below | 2 %% | 10 %% | 50 %% | 90 %% | "
        "98 %% | 99.5 %% |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (int m = 0; m < FVI_Q_COUNT; m++) {
        size_t n = 0;
        for (size_t i = 0; i < lfw->n_images; i++) {
            double value = (double)lfw->images[i].seen.measured.value[m];
            if (!isnan(value)) v[n++] = value;
        }
        acc_sort_values(v, n);
        (void)printf("| %s | %s | %zu |", fvi_measures[m].name, fvi_measures[m].unit,
                     lfw->n_images - n);
        for (size_t k = 0; k < sizeof shares / sizeof shares[0]; k++)
            (void)printf(" %.3g |", acc_quantile(v, n, shares[k]));
        (void)printf("\n");
    }
    free(v);
}

void qual_wild(const qual_run *run, const acc_set *lfw)
{
    static counts c;
    const fvi_reason_row *closed = qual_row("EYES_CLOSED");
    double share = NAN;
    size_t n = lfw->n_images;

    count(run, lfw, &c);
    (void)printf(
        "\n## The LFW part as it is\n\n%zu pictures; with the limits of a selfie and of a "
        "record photograph\n\n| reason | selfie: blocks | advice | record: blocks | advice "
        "|\n|---|---|---|---|---|\n",
        n);
    for (size_t r = 0; r < fvi_reason_rows_n; r++) {
        const fvi_reason_row *row = &fvi_reason_rows[r];
        size_t got[4] = {c.given[0][0][r % 256], c.given[0][1][r % 256], c.given[1][0][r % 256],
                         c.given[1][1][r % 256]};
        if (got[0] + got[1] + got[2] + got[3] == 0) continue;
        (void)printf("| %s |", row->name);
        for (int k = 0; k < 4; k++)
            (void)printf(" %zu (%s) |", got[k], qual_percent(got[k], n));
        (void)printf("\n");
    }
    (void)printf("| refused at all | %zu (%s) | | %zu (%s) | |\n", c.refused[0],
                 qual_percent(c.refused[0], n), c.refused[1], qual_percent(c.refused[1], n));
    (void)printf("| refused for more than SEVERAL_FACES | %zu (%s) | | %zu (%s) | |\n", c.alone[0],
                 qual_percent(c.alone[0], n), c.alone[1], qual_percent(c.alone[1], n));
    if (closed != NULL) {
        size_t r = (size_t)(closed - fvi_reason_rows) % 256;
        share = (double)(c.given[0][0][r] + c.given[0][1][r]) / (double)n;
    }
    qual_promise("LFW part: called closed", share, -INFINITY, QUAL_WILD_CLOSED_MAX);
    qual_promise("LFW part: refused, bystanders aside", (double)c.alone[0] / (double)n, -INFINITY,
                 QUAL_WILD_REFUSED_MAX);
    print_quantiles(lfw);
    for (size_t i = 0; i < n; i++)
        qual_csv(run, lfw->images[i].path, "lfw", 0.0f, &lfw->images[i].seen);
}
