/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "quality.h"
#include "quality_pool.h"
#include "quality_told.h"
#include "rates.h"
#include "stats.h"

static const double fmr = 1e-3;
static const double worst = 0.02; /* the share that a trial gate turns away */

/* All pairs, compared once. */
typedef struct field {
    const qual_run *run;
    const acc_set *set;
    float *similarity; /* by pair */
    bool *out;         /* by picture: turned away by the gate in hand */
    double threshold;  /* of all pairs at `fmr` */
} field;

typedef struct outcome {
    size_t pictures; /* turned away */
    size_t genuine;  /* pairs that remain */
    size_t impostor;
    size_t missed;     /* of the genuine ones: below field.threshold */
    double threshold;  /* of what remains at `fmr` */
    size_t missed_own; /* below that one */
} outcome;

static field compare(const qual_run *run, const acc_set *set)
{
    field f = {.run = run, .set = set};
    acc_scores all = {0};

    f.similarity = qual_room(set->n_pairs, sizeof f.similarity[0]);
    f.out = qual_room(set->n_images, sizeof f.out[0]);
    for (size_t i = 0; i < set->n_pairs; i++) {
        const float *a = set->images[set->pairs[i].a].embedding;
        const float *b = set->images[set->pairs[i].b].embedding;
        f.similarity[i] = a == NULL || b == NULL ? -2.0f : fvi_cosine(a, b, set->dim);
        if (!set->pairs[i].same) acc_add(&all, f.similarity[i]);
    }
    acc_sort(&all);
    f.threshold = acc_threshold(&all, fmr);
    acc_scores_free(&all);
    return f;
}

static outcome judge(const field *f)
{
    outcome o = {0};
    acc_scores of[2] = {{0}, {0}}; /* impostor, genuine */

    for (size_t i = 0; i < f->set->n_images; i++)
        o.pictures += f->out[i];
    for (size_t i = 0; i < f->set->n_pairs; i++) {
        const acc_pair *p = &f->set->pairs[i];
        if (!f->out[p->a] && !f->out[p->b]) acc_add(&of[p->same], f->similarity[i]);
    }
    acc_sort(&of[0]);
    acc_sort(&of[1]);
    o.genuine = of[1].n;
    o.impostor = of[0].n;
    o.missed = acc_below(&of[1], f->threshold);
    o.threshold = acc_threshold(&of[0], fmr);
    o.missed_own = acc_below(&of[1], o.threshold);
    acc_scores_free(&of[0]);
    acc_scores_free(&of[1]);
    return o;
}

static double own_rate(const outcome *o)
{
    return (double)o->missed_own / (double)o->genuine;
}

static void print_outcome(const char *name, const field *f, const outcome *o)
{
    (void)printf("| %s | %zu (%s) | %zu | %zu | %.4f | %zu (%.2f %%) | %zu (%.2f %%) |\n", name,
                 o->pictures, qual_percent(o->pictures, f->set->n_images), o->genuine, o->impostor,
                 o->threshold, o->missed_own, 100.0 * own_rate(o), o->missed,
                 100.0 * (double)o->missed / (double)o->genuine);
}

static outcome all_gates(field *f, fv_image kind, bool bystanders)
{
    static const char *const nothing[] = {NULL};
    for (size_t i = 0; i < f->set->n_images; i++)
        f->out[i] = qual_refused_but_for(f->run->engine, &f->set->images[i].seen, kind,
                                         bystanders ? nothing : qual_bystanders);
    return judge(f);
}

static outcome print_together(field *f)
{
    outcome none = judge(f);
    (void)printf("\n## Gates\n\nFalse non-matches at FMR %g, at the similarity of the pairs that "
                 "remain, and at that of all pairs (%.4f)\n\n| gates | pictures refused | genuine "
                 "pairs | impostor pairs | similarity | FNMR | FNMR at the similarity of all pairs "
                 "|\n|---|---|---|---|---|---|---|\n",
                 fmr, f->threshold);
    print_outcome("none", f, &none);
    static const struct {
        const char *name;
        fv_image kind;
        bool bystanders;
    } sets[] = {
        {"all but SEVERAL_FACES, both as selfies", FV_SELFIE, false},
        {"all but SEVERAL_FACES, both as record photographs", FV_RECORD, false},
        {"all, both as selfies", FV_SELFIE, true},
        {"all, both as record photographs", FV_RECORD, true},
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        outcome o = all_gates(f, sets[i].kind, sets[i].bystanders);
        print_outcome(sets[i].name, f, &o);
        if (i == 0)
            qual_promise("FNMR with all gates but SEVERAL_FACES less FNMR without",
                         own_rate(&o) - own_rate(&none), -INFINITY, -1e-9);
    }
    return none;
}

/* One gate alone: who it turns away, and what that does to the false non-matches. */
static void print_alone(field *f, const char *name, const char *limit, const outcome *none)
{
    outcome o = judge(f);
    size_t genuine = none->genuine - o.genuine, missed = none->missed - o.missed;

    (void)printf("| %s | %s | %zu (%s) | %zu | %zu (%s) | %s |\n", name, limit, o.pictures,
                 qual_percent(o.pictures, f->set->n_images), genuine, missed,
                 qual_percent(missed, none->missed), qual_percent(missed, genuine));
}

static void head(const char *text)
{
    (void)printf("\n%s\n\n| reason | limit | pictures | genuine pairs removed | false non-matches "
                 "removed | FNMR of the removed |\n|---|---|---|---|---|---|\n",
                 text);
}

static bool outside(const fvi_reason_row *row, fvi_limit limit, const fvi_seen *seen)
{
    fvi_side side = fvi_limit_side(limit, qual_value(seen, row));
    return side != FVI_WITHIN && side != FVI_NOT_ASSESSED &&
           (side == row->below || side == row->above);
}

static void print_limits(field *f, const fvi_limit *limits, const outcome *none)
{
    for (size_t r = 0; r < fvi_reason_rows_n; r++) {
        const fvi_reason_row *row = &fvi_reason_rows[r];
        char text[64] = "";
        if (row->measure < 0) continue;
        fvi_limit l = limits[row->measure];
        bool low = row->below == FVI_BELOW && isfinite(l.min);
        bool high = row->above == FVI_ABOVE && isfinite(l.max);
        if (!low && !high) continue;
        int n = low ? snprintf(text, sizeof text, "at least %g%s", l.min, high ? ", " : "") : 0;
        if (high) (void)snprintf(text + n, sizeof text - (size_t)n, "at most %g", l.max);
        for (size_t i = 0; i < f->set->n_images; i++)
            f->out[i] = outside(row, l, &f->set->images[i].seen);
        print_alone(f, row->name, text, none);
    }
}

static void print_trials(field *f, const outcome *none)
{
    size_t n_images = f->set->n_images;
    double *v = qual_room(n_images, sizeof v[0]);

    for (size_t r = 0; r < fvi_reason_rows_n; r++) {
        const fvi_reason_row *row = &fvi_reason_rows[r];
        char text[64];
        size_t n = 0;
        if (row->measure < 0 || row->measure == FVI_Q_FACE_COUNT) continue;
        for (size_t i = 0; i < n_images; i++) {
            double b = qual_badness(&f->set->images[i].seen, row);
            if (!isnan(b)) v[n++] = b;
        }
        if (n == 0) continue;
        acc_sort_values(v, n);
        double at = acc_quantile(v, n, 1.0 - worst);
        for (size_t i = 0; i < n_images; i++)
            f->out[i] = qual_badness(&f->set->images[i].seen, row) > at;
        (void)snprintf(text, sizeof text, "%s %.4g",
                       qual_direction(row) < 0 ? "at least" : "at most",
                       qual_direction(row) < 0 ? -at : at);
        print_alone(f, row->name, text, none);
    }
    free(v);
}

void qual_gates(const qual_run *run, const acc_set *lfw)
{
    field f = compare(run, lfw);
    outcome none = print_together(&f);

    head("Each gate of a selfie alone");
    print_limits(&f, qual_limits(run->engine, FV_SELFIE)->gate, &none);
    head("Each gate of a record photograph alone");
    print_limits(&f, qual_limits(run->engine, FV_RECORD)->gate, &none);
    head("Each advice limit of a selfie, were it a gate");
    print_limits(&f, qual_limits(run->engine, FV_SELFIE)->advice, &none);
    head("Each advice limit of a record photograph, were it a gate");
    print_limits(&f, qual_limits(run->engine, FV_RECORD)->advice, &none);
    head("Each measure, were its worst 2 % turned away");
    print_trials(&f, &none);
    free(f.similarity);
    free(f.out);
}
