/* SPDX-License-Identifier: Apache-2.0 */
#include "liveness_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 1000, PEOPLE_MAX = 4096, SETS_MAX = 16 };

static void *must(void *p)
{
    if (p != NULL) return p;
    (void)fputs("accuracy_liveness: out of memory\n", stderr);
    exit(3);
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

typedef struct item {
    double score;
    bool live;
    size_t person;
} item;

static int by_score(const void *a, const void *b)
{
    double x = ((const item *)a)->score, y = ((const item *)b)->score;
    return (x > y) - (x < y);
}

/* Of items in order of score, each counted `times` its person; NaN where a side is missing. */
static double area(const item *v, size_t n, const unsigned *times)
{
    double below = 0.0, live = 0.0, attacks = 0.0;
    for (size_t i = 0; i < n;) {
        double l = 0.0, a = 0.0;
        size_t j = i;
        for (; j < n && v[j].score <= v[i].score; j++) {
            double w = times == NULL ? 1.0 : (double)times[v[j].person];
            *(v[j].live ? &l : &a) += w;
        }
        below += l * (attacks + a / 2.0);
        live += l;
        attacks += a;
        i = j;
    }
    return live > 0.0 && attacks > 0.0 ? below / (live * attacks) : NAN;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void interval(const item *v, size_t n, liv_auc *out)
{
    static unsigned times[PEOPLE_MAX];
    static double drawn[DRAWS];
    uint64_t seed = 20240501;
    size_t k = 0;

    for (int d = 0; d < DRAWS; d++) {
        memset(times, 0, out->people * sizeof times[0]);
        for (size_t i = 0; i < out->people; i++)
            times[next_random(&seed) % out->people]++;
        double a = area(v, n, times);
        if (!isnan(a)) drawn[k++] = a;
    }
    if (k < DRAWS / 2) return;
    qsort(drawn, k, sizeof drawn[0], ascending);
    out->low = drawn[(size_t)(0.025 * (double)k)];
    out->high = drawn[(size_t)(0.975 * (double)(k - 1))];
}

static size_t person_of(const char **people, size_t *n, const char *person)
{
    for (size_t i = *n; i > 0; i--) {
        if (strcmp(people[i - 1], person) == 0) return i - 1;
    }
    if (*n == PEOPLE_MAX) {
        (void)fputs("accuracy_liveness: too many people\n", stderr);
        exit(3);
    }
    people[*n] = person;
    return (*n)++;
}

liv_auc liv_auc_of(const liv_set *s, const char *set)
{
    static const char *people[PEOPLE_MAX];
    liv_auc out = {NAN, NAN, NAN, 0, 0, 0};
    item *v = must(calloc(s->n, sizeof v[0]));
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        const liv_pic *p = &s->pics[i];
        if (!p->readable || p->left_out || strcmp(p->set, set) != 0) continue;
        v[n++] = (item){p->score, p->live, person_of(people, &out.people, p->person)};
        *(p->live ? &out.live : &out.attacks) += 1;
    }
    qsort(v, n, sizeof v[0], by_score);
    out.value = area(v, n, NULL);
    if (!isnan(out.value)) interval(v, n, &out);
    free(v);
    return out;
}

fvi_live_limits liv_limits(const fvi_liveness_model *m, size_t point)
{
    fvi_live_limits limits = {0};
    fv_error err = {.code = FV_OK};
    if (fvi_liveness_limits(m, m->points[point].bpcer, &limits, &err) != FV_OK) {
        (void)fprintf(stderr, "accuracy_liveness: %s\n", err.text);
        exit(3);
    }
    return limits;
}

void liv_count(liv_rates *r, const liv_pic *p, const fvi_live_limits *limits)
{
    fvi_liveness_seen seen = p->seen;
    fvi_live_judged j;

    seen.score = (float)p->score;
    fvi_liveness_judge(&seen, limits, &p->measured, &j);
    if (!p->readable) {
        r->unreadable++;
        r->context += p->why == FVI_LIVE_CONTEXT;
        r->small += p->why == FVI_LIVE_MEASURE && p->measure == FVI_Q_INTER_EYE_DISTANCE;
        return;
    }
    r->live += j.verdict == FV_LIVENESS_LIVE;
    r->attack += j.verdict == FV_LIVENESS_ATTACK;
    r->doubtful += j.verdict == FV_LIVENESS_CANNOT_JUDGE;
}

liv_rates liv_rates_of(const liv_set *s, const char *set, const char *species,
                       const fvi_live_limits *limits)
{
    liv_rates r = {0};
    for (size_t i = 0; i < s->n; i++) {
        const liv_pic *p = &s->pics[i];
        if (p->left_out || p->live != (species == NULL) || strcmp(p->set, set) != 0) continue;
        if (species != NULL && strcmp(p->species, species) != 0) continue;
        r.n++;
        liv_count(&r, p, limits);
    }
    return r;
}

size_t liv_sets(const liv_set *s, const char **names, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        size_t k = 0;
        while (k < n && strcmp(names[k], s->pics[i].set) != 0)
            k++;
        if (k == n && n < cap) names[n++] = s->pics[i].set;
    }
    return n;
}

double liv_upper95(size_t k, size_t n)
{
    double a = (double)k + 1.0;
    return a * pow(1.0 - 1.0 / (9.0 * a) + 1.6449 / (3.0 * sqrt(a)), 3.0) / (double)n;
}

void liv_print_model(const fvi_liveness_model *m)
{
    for (int k = 0; k < FVI_LIVE_COUNT; k++)
        (void)printf("  %-12s mean %8.4f, deviation %7.4f, coefficient %8.4f\n",
                     fvi_live_features[k].name, m->mean[k], m->deviation[k], m->coefficient[k]);
    (void)printf("  intercept %.4f\n", m->intercept);
}

static double percent(size_t k, size_t n)
{
    return n == 0 ? 0.0 : 100.0 * (double)k / (double)n;
}

static void print_row(const liv_set *s, const fvi_liveness_model *m, const char *set,
                      const char *species)
{
    for (size_t i = 0; i < m->n_points; i++) {
        fvi_live_limits limits = liv_limits(m, i);
        liv_rates r = liv_rates_of(s, set, species, &limits);
        size_t judged = r.n - r.unreadable;
        if (i == 0)
            (void)printf("  %-12s %-13s %5zu, unreadable %zu (context %zu, small %zu)", set,
                         species == NULL ? "live" : species, r.n, r.unreadable, r.context, r.small);
        (void)printf("; at BPCER %g: live %zu, doubtful %zu, attack %zu", m->points[i].bpcer,
                     r.live, r.doubtful, r.attack);
        if (species != NULL)
            (void)printf(", APCER %.1f %%", percent(r.live, judged));
        else
            (void)printf(", BPCER %.2f %%", percent(judged - r.live, judged));
    }
    (void)putchar('\n');
}

void liv_print_answers(const liv_set *s, const fvi_liveness_model *m)
{
    const char *sets[SETS_MAX];
    size_t n = liv_sets(s, sets, SETS_MAX);

    for (size_t i = 0; i < n; i++) {
        const char *seen[SETS_MAX];
        size_t species = 0;
        print_row(s, m, sets[i], NULL);
        for (size_t k = 0; k < s->n; k++) {
            const liv_pic *p = &s->pics[k];
            size_t j = 0;
            if (p->live || strcmp(p->set, sets[i]) != 0) continue;
            while (j < species && strcmp(seen[j], p->species) != 0)
                j++;
            if (j < species || species == SETS_MAX) continue;
            seen[species++] = p->species;
            print_row(s, m, sets[i], p->species);
        }
    }
}

static void print_auc(const char *how, const char *set, const liv_auc *a)
{
    if (isnan(a->value)) {
        (void)printf("  %-34s %-12s none: %zu live, %zu attacks that can be judged\n", how, set,
                     a->live, a->attacks);
        return;
    }
    (void)printf("  %-34s %-12s AUC %.4f (%.4f to %.4f), %zu live, %zu attacks, %zu people\n", how,
                 set, a->value, a->low, a->high, a->live, a->attacks, a->people);
}

static bool not_of_set(const liv_pic *p, const void *arg)
{
    return liv_trains(p) && strcmp(p->set, arg) != 0;
}

static void score_by_network(liv_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->pics[i].score = (double)s->pics[i].seen.feature[FVI_LIVE_NETWORK];
}

size_t liv_print_left_out(liv_set *s, const fvi_liveness_model *m, const char **sets,
                          double *auc_of, size_t cap)
{
    size_t n = liv_sets(s, sets, cap);

    score_by_network(s);
    for (size_t i = 0; i < n; i++) {
        liv_auc a = liv_auc_of(s, sets[i]);
        if (a.attacks > 0) print_auc("nothing trained: the network alone", sets[i], &a);
    }
    for (size_t i = 0; i < n; i++) {
        fvi_liveness_model left = *m;
        liv_choice c = {not_of_set, sets[i]};
        auc_of[i] = NAN;
        if (liv_auc_of(s, sets[i]).attacks == 0 || !liv_fit(s, &c, &left)) continue;
        liv_score(s, &left);
        liv_auc a = liv_auc_of(s, sets[i]);
        print_auc("trained without the set", sets[i], &a);
        auc_of[i] = a.value;
    }
    liv_score_apart(s, m);
    for (size_t i = 0; i < n; i++) {
        liv_auc a = liv_auc_of(s, sets[i]);
        if (a.attacks > 0) print_auc("trained without the person", sets[i], &a);
    }
    return n;
}
