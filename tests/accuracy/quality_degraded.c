/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quality.h"
#include "quality_kinds.h"
#include "quality_pool.h"
#include "quality_told.h"
#include "stats.h"

enum { STEPS = 1 + QUAL_STRENGTHS /* the first is the untouched picture */ };

typedef struct trial {
    const qual_run *run;
    const acc_set *lfw;
    size_t *chosen; /* images of the set */
    size_t n;
    fvi_seen *seen; /* by picture, kind, step */
} trial;

static fvi_seen *cell(const trial *t, size_t picture, size_t kind, size_t step)
{
    return &t->seen[(picture * qual_kinds_n + kind) * STEPS + step];
}

/* Pictures of which nothing is told, in an order of their own. */
static void choose(trial *t)
{
    uint64_t seed = 20261122;
    size_t n = 0;

    t->chosen = qual_room(t->lfw->n_images, sizeof t->chosen[0]);
    for (size_t i = 0; i < t->lfw->n_images; i++) {
        const fvi_seen *seen = &t->lfw->images[i].seen;
        if (qual_reasons(t->run->engine, seen, FV_SELFIE).n == 0 &&
            qual_reasons(t->run->engine, seen, FV_RECORD).n == 0)
            t->chosen[n++] = i;
    }
    (void)printf("\n## Degraded pictures\n\n%zu of the LFW part's %zu pictures give no reason; ", n,
                 t->lfw->n_images);
    for (size_t i = n; i > 1; i--) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t k = (size_t)((seed >> 33) % i), swap = t->chosen[k];
        t->chosen[k] = t->chosen[i - 1];
        t->chosen[i - 1] = swap;
    }
    t->n = n < t->run->sample ? n : t->run->sample;
    (void)printf("%zu of them, drawn at random, are degraded.\n", t->n);
}

static qual_scene open_scene(const trial *t, fv_session *session, size_t i)
{
    static const fvi_decode_limits limits = {1 << 26, 16384, 16384, 1 << 28, 100, 0};
    qual_scene s = {.seed = i};
    fvi_photo photo = {.fault = FVI_DECODE_OK};
    fvi_faces faces = {.n = 0};
    char path[8192];

    (void)snprintf(path, sizeof path, "%s/%s", t->lfw->dir, t->lfw->images[t->chosen[i]].path);
    fv_bytes file = qual_read(path);
    if (fvi_decode(session->decoder, file, &limits, &photo, NULL) != FV_OK ||
        photo.fault != FVI_DECODE_OK ||
        fvi_face_detect(session->facer, &photo.image, true, &faces, NULL) != FV_OK ||
        faces.n == 0 ||
        fvi_face_landmarks(session->facer, &photo.image, &faces.boxes[0], &s.marks, NULL) != FV_OK)
        qual_die("has no face any more", path);
    s.box = faces.boxes[0];
    s.picture = pixels_blank(photo.image.width_px, photo.image.height_px, 0);
    for (int y = 0; y < s.picture.height; y++)
        memcpy(s.picture.rgb + 3 * (size_t)y * (size_t)s.picture.width,
               photo.image.data + (size_t)y * photo.image.stride_bytes,
               3 * (size_t)s.picture.width);
    s.darker_right = qual_darker_right(&s);
    free((void *)(uintptr_t)file.data);
    return s;
}

static fvi_seen examine(fv_session *session, fv_bytes file, fv_image image)
{
    fvi_seen seen = qual_examine(session, file, image);
    free((void *)(uintptr_t)file.data);
    return seen;
}

static void degrade_one(fv_session *session, size_t i, void *context)
{
    const trial *t = context;
    qual_scene s = open_scene(t, session, i);
    fvi_seen untouched[] = {[FV_SELFIE] = examine(session, qual_png(&s.picture), FV_SELFIE),
                            [FV_RECORD] = examine(session, qual_png(&s.picture), FV_RECORD)};

    for (size_t k = 0; k < qual_kinds_n; k++) {
        const qual_kind *kind = &qual_kinds[k];
        *cell(t, i, k, 0) = untouched[kind->image];
        for (size_t step = 1; step < STEPS; step++)
            *cell(t, i, k, step) =
                examine(session, qual_degrade(&s, kind, kind->strength[step - 1]), kind->image);
    }
    free(s.picture.rgb);
}

/* Mean over the pictures of one picture's rank correlation of `value` with the strength; what could
 * not be measured is left out of it, and a value that does not move counts 0. */
static double correlation(const trial *t, size_t k, double (*value)(const fvi_seen *, const void *),
                          const void *of, size_t *n_pictures)
{
    double sum = 0.0;

    *n_pictures = 0;
    for (size_t i = 0; i < t->n; i++) {
        double x[STEPS], y[STEPS];
        size_t n = 0;
        for (size_t step = 0; step < STEPS; step++) {
            double v = value(cell(t, i, k, step), of);
            if (isnan(v)) continue;
            x[n] = (double)step;
            y[n++] = v;
        }
        if (n < 3) continue;
        double rho = acc_spearman(x, y, n);
        sum += isnan(rho) ? 0.0 : rho;
        ++*n_pictures;
    }
    return *n_pictures > 0 ? sum / (double)*n_pictures : NAN;
}

static double badness(const fvi_seen *seen, const void *row)
{
    return qual_badness(seen, row);
}

static double native(const fvi_seen *seen, const void *measure)
{
    return (double)seen->measured.value[*(const int *)measure];
}

static void print_mean(const trial *t, size_t k, size_t step)
{
    const fvi_reason_row *row = qual_row(qual_kinds[k].reason);
    double sum = 0.0;
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        double v = qual_value(cell(t, i, k, step), row);
        if (isnan(v)) continue;
        sum += v;
        n++;
    }
    if (n == 0)
        (void)printf(" -");
    else
        (void)printf(" %.4g", sum / (double)n);
}

static void promise_correlation(const char *name, double rho)
{
    char what[96];
    (void)snprintf(what, sizeof what, "%s: rank correlation", name);
    qual_promise(what, rho, QUAL_SPEARMAN_MIN, INFINITY);
}

static void print_measures(const trial *t)
{
    (void)printf(
        "\n| degradation | reason | measure | strengths | mean, from untouched to strongest "
        "| rank correlation | pictures |\n|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < qual_kinds_n; k++) {
        const qual_kind *kind = &qual_kinds[k];
        const fvi_reason_row *row = qual_row(kind->reason);
        size_t n = 0;
        double rho = correlation(t, k, badness, row, &n);
        (void)printf("| %s | %s | %s |", kind->name, kind->reason,
                     row == NULL || row->measure < 0 ? "not there"
                                                     : fvi_measures[row->measure].name);
        for (size_t step = 1; step < STEPS; step++)
            (void)printf(" %g", (double)kind->strength[step - 1]);
        (void)printf(" |");
        for (size_t step = 0; step < STEPS; step++)
            print_mean(t, k, step);
        (void)printf(" | %.3f | %zu |\n", rho, n);
        if (kind->promised) promise_correlation(kind->name, rho);
    }
}

static void print_all_measures(const trial *t)
{
    (void)printf("\nRank correlation of every measure with every degradation\n\n| measure |");
    for (size_t k = 0; k < qual_kinds_n; k++)
        (void)printf(" %s |", qual_kinds[k].name);
    (void)printf("\n|---|");
    for (size_t k = 0; k < qual_kinds_n; k++)
        (void)printf("---|");
    for (int m = 0; m < FVI_Q_COUNT; m++) {
        (void)printf("\n| %s |", fvi_measures[m].name);
        for (size_t k = 0; k < qual_kinds_n; k++) {
            size_t n = 0;
            (void)printf(" %.2f |", correlation(t, k, native, &m, &n));
        }
    }
    (void)printf("\n");
}

static bool fits(const qual_kind *kind, fv_reason_code first)
{
    const char *name = fv_reason_name(first);
    if (strcmp(name, kind->reason) == 0) return true;
    for (size_t i = 0; i < 2 && kind->as_well[i] != NULL; i++) {
        if (strcmp(name, kind->as_well[i]) == 0) return true;
    }
    return false;
}

/* What the gross cases were told first that does not fit; the three most frequent. */
static void print_instead(const trial *t, size_t k)
{
    const qual_kind *kind = &qual_kinds[k];
    size_t *counts = qual_room(fvi_reason_rows_n + 1, sizeof counts[0]);

    for (size_t i = 0; i < t->n; i++) {
        for (size_t step = STEPS - QUAL_GROSS; step < STEPS; step++) {
            fv_reason_code c = qual_first(t->run->engine, cell(t, i, k, step), kind->image);
            if (fits(kind, c)) continue;
            counts[c == FV_REASON_NONE ? fvi_reason_rows_n
                                       : (size_t)(fvi_reason_row_of(c) - fvi_reason_rows)]++;
        }
    }
    for (int times = 0; times < 3; times++) {
        size_t most = 0;
        for (size_t r = 1; r <= fvi_reason_rows_n; r++) {
            if (counts[r] > counts[most]) most = r;
        }
        if (counts[most] == 0) break;
        (void)printf(" %s %s", most == fvi_reason_rows_n ? "nothing" : fvi_reason_rows[most].name,
                     qual_percent(counts[most], QUAL_GROSS * t->n));
        counts[most] = 0;
    }
    free(counts);
}

static void print_told(const trial *t)
{
    (void)printf(
        "\nTold first, in %% of the pictures, by strength; the two strongest are the gross "
        "cases\n\n| degradation | reason | by strength | gross cases | of them refused | "
        "without a face | told first instead |\n|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < qual_kinds_n; k++) {
        const qual_kind *kind = &qual_kinds[k];
        size_t gross = 0, refused = 0, faceless = 0;
        (void)printf("| %s | %s |", kind->name, kind->reason);
        for (size_t step = 1; step < STEPS; step++) {
            size_t first = 0;
            for (size_t i = 0; i < t->n; i++) {
                const fvi_seen *seen = cell(t, i, k, step);
                bool right = fits(kind, qual_first(t->run->engine, seen, kind->image));
                first += right;
                if (step < STEPS - QUAL_GROSS) continue;
                gross += right;
                refused += qual_refused(t->run->engine, seen, kind->image);
                faceless += !(seen->measured.value[FVI_Q_FACE_COUNT] >= 1.0f);
            }
            (void)printf(" %.0f", 100.0 * (double)first / (double)t->n);
        }
        size_t of = QUAL_GROSS * t->n;
        (void)printf(" | %s | %s | %s |", qual_percent(gross, of), qual_percent(refused, of),
                     qual_percent(faceless, of));
        print_instead(t, k);
        (void)printf(" |\n");
        if (kind->promised) {
            char what[96];
            (void)snprintf(what, sizeof what, "%s: told first in gross cases", kind->name);
            qual_promise_share(what, (double)gross / (double)of, t->n, QUAL_FIRST_MIN);
        }
    }
}

static void write_csv(const trial *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const char *path = t->lfw->images[t->chosen[i]].path;
        for (size_t k = 0; k < qual_kinds_n; k++) {
            for (size_t step = 0; step < STEPS; step++)
                qual_csv(t->run, path, qual_kinds[k].name,
                         step == 0 ? 0.0f : qual_kinds[k].strength[step - 1], cell(t, i, k, step));
        }
    }
}

void qual_degraded(const qual_run *run, const acc_set *lfw)
{
    trial t = {.run = run, .lfw = lfw};

    choose(&t);
    t.seen = qual_room(t.n * qual_kinds_n * STEPS, sizeof t.seen[0]);
    qual_each(run->engine, run->threads, t.n, degrade_one, &t);
    print_measures(&t);
    print_told(&t);
    print_all_measures(&t);
    write_csv(&t);
    free(t.chosen);
    free(t.seen);
}
