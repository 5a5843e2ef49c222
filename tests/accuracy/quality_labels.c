/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quality.h"
#include "quality_pool.h"
#include "quality_told.h"
#include "stats.h"

typedef struct labelled {
    char *path;
    char *label;
    fvi_seen seen;
} labelled;

typedef struct set {
    const qual_run *run;
    labelled *of;
    size_t n;
} set;

/* Good against bad, and the reason that has to tell them apart. */
static const struct contrast {
    const char *name;
    const char *folder;
    const char *bad[2];
    const char *reason;
    double auc;
    int measure; /* that tells them apart where it is not the reason's own; 0 = the reason's */
} contrasts[] = {
    {"eyes", "eyes/", {"eyes_closed"}, "EYES_CLOSED", QUAL_AUC_EYES, 0},
    {"masks", "masks/", {"mouth_occluded"}, "MOUTH_COVERED", QUAL_AUC_MOUTH, 0},
    /* two causes and two reasons; what both have in common is shadow on the face */
    {"lighting",
     "lighting/",
     {"uneven_light", "ambient_only"},
     "UNEVEN_LIGHT",
     QUAL_AUC_LIGHT,
     FVI_Q_UNDER_EXPOSURE},
    /* for the table of all measures only */
    {"uneven light", "lighting/", {"uneven_light"}, NULL, 0, 0},
    {"ambient only", "lighting/", {"ambient_only"}, NULL, 0, 0},
};
enum { CONTRASTS = sizeof contrasts / sizeof contrasts[0], PROMISED = 3 };

static const struct group {
    const char *folder;
    const char *label;
} groups[] = {
    {"eyes/", "good"},
    {"eyes/", "eyes_closed"},
    {"masks/", "good"},
    {"masks/", "mouth_occluded"},
    {"lighting/", "good"},
    {"lighting/", "borderline_side_light"},
    {"lighting/", "uneven_light"},
    {"lighting/", "ambient_only"},
};
enum { GROUPS = sizeof groups / sizeof groups[0] };

static char *text(const char *from)
{
    char *t = qual_room(strlen(from), 1);
    return strcpy(t, from);
}

static set load(const qual_run *run)
{
    set s = {.run = run};
    char path[4096], line[4096];
    size_t cap = 0;

    (void)snprintf(path, sizeof path, "%s/quality/labels.csv", run->data);
    FILE *f = fopen(path, "r");
    if (f == NULL || fgets(line, sizeof line, f) == NULL || strcmp(line, "path,label\n") != 0)
        qual_die("its first line is not path,label", path);
    while (fgets(line, sizeof line, f) != NULL) {
        char *comma = strrchr(line, ',');
        if (comma == NULL) continue;
        *comma = '\0';
        comma[1 + strcspn(comma + 1, "\r\n")] = '\0';
        if (s.n == cap) {
            cap = cap == 0 ? 1024 : 2 * cap;
            s.of = realloc(s.of, cap * sizeof s.of[0]);
            if (s.of == NULL) qual_die("out of memory", path);
        }
        s.of[s.n++] = (labelled){.path = text(line), .label = text(comma + 1)};
    }
    (void)fclose(f);
    return s;
}

static void examine(fv_session *session, size_t i, void *context)
{
    const set *s = context;
    char path[8192];

    (void)snprintf(path, sizeof path, "%s/quality/%s", s->run->data, s->of[i].path);
    fv_bytes bytes = qual_read(path);
    s->of[i].seen = qual_examine(session, bytes, FV_SELFIE);
    free((void *)(uintptr_t)bytes.data);
}

static bool in_group(const labelled *l, const char *folder, const char *label)
{
    return label != NULL && strncmp(l->path, folder, strlen(folder)) == 0 &&
           strcmp(l->label, label) == 0;
}

static size_t values_of(const set *s, const struct contrast *c, bool good, int measure, double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const labelled *l = &s->of[i];
        bool in = good ? in_group(l, c->folder, "good")
                       : in_group(l, c->folder, c->bad[0]) || in_group(l, c->folder, c->bad[1]);
        double v = (double)l->seen.measured.value[measure];
        if (in && !isnan(v)) out[n++] = v;
    }
    return n;
}

/* How often a good picture's value is above a bad one's. */
static double auc_of(const set *s, const struct contrast *c, int measure, size_t counts[2])
{
    double *good = qual_room(s->n, sizeof good[0]), *bad = qual_room(s->n, sizeof bad[0]);
    counts[0] = values_of(s, c, true, measure, good);
    counts[1] = values_of(s, c, false, measure, bad);
    double auc = acc_auc(good, counts[0], bad, counts[1]);
    free(good);
    free(bad);
    return auc;
}

static void print_promised(const set *s)
{
    (void)printf("\n| set | reason | measure | good | bad | AUC |\n|---|---|---|---|---|---|\n");
    for (int c = 0; c < PROMISED; c++) {
        const fvi_reason_row *row = qual_row(contrasts[c].reason);
        size_t n[2] = {0, 0};
        double auc = NAN;
        char what[64];
        int measure = contrasts[c].measure != 0 ? contrasts[c].measure
                      : row != NULL             ? row->measure
                                                : -1;
        if (measure >= 0) auc = auc_of(s, &contrasts[c], measure, n);
        if (contrasts[c].measure != 0 || qual_direction(row) > 0) auc = 1.0 - auc;
        (void)printf("| %s | %s | %s | %zu | %zu | %.4f |\n", contrasts[c].name,
                     contrasts[c].reason, measure < 0 ? "not there" : fvi_measures[measure].name,
                     n[0], n[1], auc);
        (void)snprintf(what, sizeof what, "%s: AUC", contrasts[c].name);
        qual_promise(what, auc, contrasts[c].auc, INFINITY);
    }
}

static void print_all_measures(const set *s)
{
    (void)printf(
        "\nAUC of every measure (1: a good picture's value is always above a bad one's; 0: "
        "always below)\n\n| measure |");
    for (int c = 0; c < CONTRASTS; c++)
        (void)printf(" %s |", contrasts[c].name);
    (void)printf("\n|---|---|---|---|---|---|\n");
    for (int m = 0; m < FVI_Q_COUNT; m++) {
        (void)printf("| %s |", fvi_measures[m].name);
        for (int c = 0; c < CONTRASTS; c++) {
            size_t n[2];
            (void)printf(" %.3f |", auc_of(s, &contrasts[c], m, n));
        }
        (void)printf("\n");
    }
}

typedef struct counts {
    size_t n, faceless, refused, refused_as_record;
    size_t promised;                 /* refused as a selfie, framing aside */
    size_t blocks[256], advice[256]; /* by row of reasons.def */
    size_t faceless_first[256];      /* likewise: told first where no face was found */
} counts;

static size_t index_of(fv_reason_code code)
{
    return (size_t)(fvi_reason_row_of(code) - fvi_reason_rows);
}

static void count(const set *s, const struct group *g, counts *out)
{
    const fv_engine *engine = s->run->engine;

    *out = (counts){.n = 0};
    for (size_t i = 0; i < s->n; i++) {
        const fvi_seen *seen = &s->of[i].seen;
        if (!in_group(&s->of[i], g->folder, g->label)) continue;
        fvi_reasons r = qual_reasons(engine, seen, FV_SELFIE);
        out->n++;
        out->refused += r.blocked[FV_SELFIE];
        out->promised += qual_refused_but_for(engine, seen, FV_SELFIE, qual_framing);
        out->refused_as_record += qual_refused(engine, seen, FV_RECORD);
        for (uint32_t k = 0; k < r.n; k++)
            (r.of[k].severity == FV_BLOCKS ? out->blocks : out->advice)[index_of(r.of[k].code)]++;
        if (seen->measured.value[FVI_Q_FACE_COUNT] >= 1.0f) continue;
        out->faceless++;
        out->faceless_first[index_of(qual_first(engine, seen, FV_SELFIE))]++;
    }
}

static void print_groups(const counts *c)
{
    (void)printf(
        "\n| set | label | pictures | no face | refused as a selfie | of them for more than "
        "framing and pose | refused as a record photograph | told first where no face was "
        "found |\n|---|---|---|---|---|---|---|---|\n");
    for (int g = 0; g < GROUPS; g++) {
        (void)printf("| %s | %s | %zu | %zu | %zu (%s) | %zu (%s) | %zu (%s) |", groups[g].folder,
                     groups[g].label, c[g].n, c[g].faceless, c[g].refused,
                     qual_percent(c[g].refused, c[g].n), c[g].promised,
                     qual_percent(c[g].promised, c[g].n), c[g].refused_as_record,
                     qual_percent(c[g].refused_as_record, c[g].n));
        for (size_t r = 0; r < fvi_reason_rows_n; r++) {
            if (c[g].faceless_first[r] > 0)
                (void)printf(" %s %zu", fvi_reason_rows[r].name, c[g].faceless_first[r]);
        }
        (void)printf(" |\n");
    }
}

/* A set's good pictures are good in what the set is about; among all of them together there is
 * little else. */
static void promise_refusals(const counts *c)
{
    size_t n = 0, refused = 0;

    for (int g = 0; g < GROUPS; g++) {
        if (strcmp(groups[g].label, "good") != 0) continue;
        n += c[g].n;
        refused += c[g].promised;
        for (int k = 0; k < PROMISED; k++) {
            const fvi_reason_row *row = qual_row(contrasts[k].reason);
            char what[96];
            if (strcmp(contrasts[k].folder, groups[g].folder) != 0) continue;
            size_t own = row == NULL ? c[g].n : c[g].blocks[row - fvi_reason_rows];
            (void)snprintf(what, sizeof what, "%s: good ones refused as %s", contrasts[k].name,
                           contrasts[k].reason);
            qual_promise(what, (double)own / (double)c[g].n, -INFINITY, QUAL_GOOD_REFUSED_MAX);
        }
    }
    qual_promise("all sets: good ones refused, framing and pose aside", (double)refused / (double)n,
                 -INFINITY, QUAL_GOOD_REFUSED_MAX);
}

static void print_reasons(const counts *c)
{
    (void)printf("\nReasons given (as a selfie): blocks + advice\n\n| reason |");
    for (int g = 0; g < GROUPS; g++)
        (void)printf(" %s%s |", groups[g].folder, groups[g].label);
    (void)printf("\n|---|---|---|---|---|---|---|---|---|\n");
    for (size_t r = 0; r < fvi_reason_rows_n; r++) {
        size_t all = 0;
        for (int g = 0; g < GROUPS; g++)
            all += c[g].blocks[r] + c[g].advice[r];
        if (all == 0) continue;
        (void)printf("| %s |", fvi_reason_rows[r].name);
        for (int g = 0; g < GROUPS; g++)
            (void)printf(" %zu + %zu |", c[g].blocks[r], c[g].advice[r]);
        (void)printf("\n");
    }
}

void qual_labels(const qual_run *run)
{
    set s = load(run);
    counts *c = qual_room(GROUPS, sizeof c[0]);

    if (fvi_reason_rows_n > 256) qual_die("more reasons than are counted", "reasons.def");
    qual_each(run->engine, run->threads, s.n, examine, &s);
    for (int g = 0; g < GROUPS; g++)
        count(&s, &groups[g], &c[g]);
    (void)printf("\n## Labelled sets\n");
    print_promised(&s);
    print_groups(c);
    promise_refusals(c);
    print_reasons(c);
    print_all_measures(&s);
    for (size_t i = 0; i < s.n; i++) {
        qual_csv(run, s.of[i].path, s.of[i].label, 0.0f, &s.of[i].seen);
        free(s.of[i].path);
        free(s.of[i].label);
    }
    free(s.of);
    free(c);
}
