/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a replay in a few lines; all of them are in summary.json. */
#include <string.h>

#include "cli/progress.h"

static json_int_t whole(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static double real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

/* "1.90 % (133 of 7016), 95 % interval 1.21 to 2.77 %" */
static void put_share(FILE *to, const json_t *s)
{
    if (!json_is_number(json_object_get(s, "value"))) {
        (void)fputs("nothing to count", to);
        return;
    }
    (void)fprintf(to, "%.2f %% (%lld of %lld)", 100.0 * real(s, "value"),
                  (long long)whole(s, "count"), (long long)whole(s, "of"));
    if (json_is_number(json_object_get(s, "low")))
        (void)fprintf(to, ", 95 %% interval %.2f to %.2f %%", 100.0 * real(s, "low"),
                      100.0 * real(s, "high"));
}

static void line(FILE *to, const char *name, const json_t *share)
{
    (void)fprintf(to, "  %-22s ", name);
    put_share(to, share);
    (void)fputc('\n', to);
}

static void put_pairs(FILE *to, const json_t *f)
{
    size_t i = 0;
    json_t *p = NULL;
    char name[64];

    (void)fprintf(to, "%lld genuine and %lld impostor pairs of %lld people\n",
                  (long long)whole(f, "genuine_pairs"), (long long)whole(f, "impostor_pairs"),
                  (long long)whole(f, "people"));
    json_array_foreach(json_object_get(f, "at_rates"), i, p)
    {
        double rate = real(p, "rate");
        double decade = 1.0;
        while (decade > rate * 1.5)
            decade /= 10.0;
        if (decade > rate * 1.01 || decade < rate * 0.99) continue; /* the rest: summary.json */
        (void)snprintf(name, sizeof name, "FNMR at FMR %g", rate);
        line(to, name, json_object_get(p, "fnmr"));
    }
    line(to, "genuine: PASS", json_object_get(f, "pass"));
    line(to, "genuine: MANUAL_REVIEW", json_object_get(f, "review"));
    line(to, "impostor: PASS", json_object_get(f, "false_pass"));
}

static void put_attacks(FILE *to, const json_t *f)
{
    const char *name = NULL;
    json_t *s = NULL;
    size_t i = 0;
    char text[96];

    line(to, "BPCER", json_object_get(f, "bpcer"));
    line(to, "BPNRR", json_object_get(f, "bpnrr"));
    json_object_foreach(json_object_get(f, "species"), name, s)
    {
        (void)snprintf(text, sizeof text, "APCER %.60s", name);
        line(to, text, json_object_get(s, "apcer"));
    }
    json_array_foreach(json_object_get(f, "bpcer_at_apcer"), i, s)
    {
        (void)snprintf(text, sizeof text, "BPCER at APCER %g %%", 100.0 * real(s, "apcer"));
        line(to, text, json_object_get(s, "bpcer"));
    }
}

static void put_quality(FILE *to, const json_t *f)
{
    const char *name = NULL;
    json_t *s = NULL;
    char text[96];

    json_object_foreach(json_object_get(f, "labels"), name, s)
    {
        const json_t *found = json_object_get(s, "found");
        (void)snprintf(text, sizeof text, "%.40s: %s", name, found == NULL ? "refused" : "found");
        line(to, text, found == NULL ? json_object_get(s, "refused") : found);
    }
}

void cli_replay_text(const json_t *summary, const char *out, FILE *to)
{
    const json_t *set = json_object_get(summary, "set");
    const json_t *a = json_object_get(summary, "acquisition");
    const json_t *f = json_object_get(summary, "figures");
    const char *kind = json_string_value(json_object_get(set, "kind"));

    (void)fprintf(to, "%lld images, %lld unreadable; %lld rows\n", (long long)whole(a, "images"),
                  (long long)whole(a, "unreadable"), (long long)whole(set, "rows"));
    if (kind == NULL) return;
    if (strcmp(kind, "pairs") == 0) {
        line(to, "failure to acquire", json_object_get(a, "fta"));
        put_pairs(to, f);
    } else if (strcmp(kind, "attacks") == 0) {
        put_attacks(to, f);
    } else {
        put_quality(to, f);
    }
    (void)fprintf(to, "All figures: %s/summary.json; to read: %s/report.html\n", out, out);
}
