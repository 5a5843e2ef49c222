/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "replay/report_parts.h"

enum { LABELS_MAX = 64, NAMES_MAX = 512 };

typedef struct counted {
    const char *name;
    json_int_t n; /* of all labels */
} counted;

static int falling(const void *a, const void *b)
{
    const counted *x = a, *y = b;
    if (x->n != y->n) return x->n < y->n ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* The names that any label has, the most frequent first. */
static size_t names_of(const json_t *by_label, counted *out)
{
    const char *label = NULL, *name = NULL;
    json_t *of = NULL, *n = NULL;
    size_t k = 0;

    json_object_foreach((json_t *)by_label, label, of)
    {
        json_object_foreach(of, name, n)
        {
            size_t i = 0;
            while (i < k && strcmp(out[i].name, name) != 0)
                i++;
            if (i == NAMES_MAX) continue;
            if (i == k) out[k++] = (counted){name, 0};
            out[i].n += json_integer_value(n);
        }
    }
    qsort(out, k, sizeof out[0], falling);
    return k;
}

void fvi_report_counts(FILE *to, const json_t *by_label, const char *what)
{
    const char *heads[LABELS_MAX + 2] = {what}, *label = NULL;
    char texts[LABELS_MAX][80];
    const json_t *counts[LABELS_MAX];
    counted names[NAMES_MAX];
    json_t *of = NULL;
    size_t labels = 0, n = names_of(by_label, names);

    json_object_foreach((json_t *)by_label, label, of)
    {
        if (labels == LABELS_MAX) break;
        (void)snprintf(texts[labels], sizeof texts[0], "#%.70s", label);
        heads[1 + labels] = texts[labels];
        counts[labels++] = of;
    }
    heads[1 + labels] = NULL;
    fvi_html_table(to, heads);
    for (size_t i = 0; i < n; i++) {
        (void)fputs("<tr>", to);
        fvi_html_cell(to, names[i].name);
        for (size_t k = 0; k < labels; k++)
            fvi_html_whole(
                to, (long long)json_integer_value(json_object_get(counts[k], names[i].name)));
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
    if (json_object_size(by_label) > labels)
        (void)fprintf(to, "<p class=\"soft\">... and %zu more labels: summary.json.</p>\n",
                      json_object_size(by_label) - labels);
}

void fvi_report_answers(FILE *to, const json_t *s)
{
    fvi_html_heading(to, "Answers by label");
    fvi_report_counts(to, json_object_get(s, "answers"), "answer");
    fvi_html_heading(to, "Reasons by label");
    fvi_report_counts(to, json_object_get(s, "reasons"), "reason");
}

static void put_file(FILE *to, const fvi_report *r, const char *path)
{
    char full[4096];
    char *data = NULL;

    (void)fputs("<td class=\"path\">", to);
    if (r->root != NULL) {
        (void)snprintf(full, sizeof full, "%s/%s", r->root, path);
        data = fvi_thumbnail(full);
    }
    if (data != NULL) (void)fprintf(to, "<img alt=\"\" src=\"%s\">", data);
    free(data);
    fvi_html_text(to, path);
    (void)fputs("</td>", to);
}

void fvi_report_worst(FILE *to, const fvi_report *r)
{
    static const char *const pairs[] = {"label",  "#similarity", "answer", "reasons",
                                        "selfie", "record",      NULL};
    static const char *const images[] = {"label", "#score", "answer", "reasons", "image", NULL};
    bool of_pairs = strcmp(fvi_text_at(r->summary, "set", "kind"), "pairs") == 0;
    const json_t *list = json_object_get(r->summary, "worst");
    size_t i = 0;
    json_t *w = NULL;

    fvi_html_heading(to, "The worst errors");
    if (json_array_size(list) == 0) {
        (void)fputs("<p class=\"none\">None.</p>\n", to);
        return;
    }
    fvi_html_cards(to, of_pairs ? pairs : images);
    json_array_foreach(list, i, w)
    {
        const json_t *score = json_object_get(w, of_pairs ? "similarity" : "score");
        (void)fputs("<tr>", to);
        fvi_html_cell(to, fvi_text_at(w, "label", NULL));
        fvi_html_number(to, json_number_value(score), json_is_number(score) ? "%.4f" : "");
        fvi_html_cell(to, fvi_text_at(w, "answer", NULL));
        fvi_html_list(to, fvi_text_at(w, "reasons", NULL), "reasons");
        put_file(to, r, fvi_text_at(w, of_pairs ? "path_a" : "path", NULL));
        if (of_pairs) put_file(to, r, fvi_text_at(w, "path_b", NULL));
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
}

void fvi_report_files(FILE *to, const json_t *s)
{
    static const char *const names[] = {"file", "cause", NULL};
    const json_t *list = fvi_at(s, "acquisition", "unreadable_files");
    long long n = (long long)json_integer_value(fvi_at(s, "acquisition", "unreadable"));
    size_t i = 0;
    json_t *f = NULL;

    if (n == 0) return;
    fvi_html_heading(to, "Files that could not be read");
    fvi_html_table(to, names);
    json_array_foreach(list, i, f)
    {
        (void)fputs("<tr>", to);
        fvi_html_cell(to, fvi_text_at(f, "path", NULL));
        fvi_html_cell(to, fvi_text_at(f, "why", NULL));
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
    if ((long long)json_array_size(list) < n)
        (void)fprintf(to, "<p class=\"soft\">... and %lld more.</p>\n",
                      n - (long long)json_array_size(list));
}

static void row(FILE *to, const char *name, const char *text)
{
    (void)fputs("<tr>", to);
    fvi_html_cell(to, name);
    (void)fputs("<td><code>", to);
    fvi_html_text(to, text);
    (void)fputs("</code></td></tr>\n", to);
}

static void times(FILE *to, const json_t *s)
{
    static const char *const names[] = {"stage", "#mean", "#median", "#95 of 100", NULL};
    const char *stage = NULL;
    json_t *t = NULL;

    const char *of = fvi_text_at(s, "times_of", NULL);

    fvi_html_heading(to, strcmp(of, "pair") == 0 ? "Time a pair" : "Time an image");
    fvi_html_table(to, names);
    json_object_foreach((json_t *)json_object_get(s, "times"), stage, t)
    {
        (void)fprintf(to, "<tr><td>%.*s</td>", (int)strcspn(stage, "_"), stage);
        fvi_html_number(to, json_number_value(json_object_get(t, "mean")) / 1000.0, "%.2f ms");
        fvi_html_number(to, json_number_value(json_object_get(t, "p50")) / 1000.0, "%.2f ms");
        fvi_html_number(to, json_number_value(json_object_get(t, "p95")) / 1000.0, "%.2f ms");
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
}

void fvi_report_machine(FILE *to, const json_t *s)
{
    static const char *const names[] = {"", "", NULL};
    const char *role = NULL;
    json_t *net = NULL;
    char text[256];

    times(to, s);
    fvi_html_heading(to, "What ran");
    fvi_html_table(to, names);
    row(to, "command", fvi_text_at(s, "run", "command"));
    (void)snprintf(text, sizeof text, "%s, %.1f s on %lld threads",
                   fvi_text_at(s, "run", "started"), json_number_value(fvi_at(s, "run", "seconds")),
                   (long long)json_integer_value(fvi_at(s, "run", "threads")));
    row(to, "run", text);
    if (fvi_text_at(s, "run", "url")[0] != '\0') row(to, "service", fvi_text_at(s, "run", "url"));
    (void)snprintf(text, sizeof text, "%lld draws, seed %lld",
                   (long long)json_integer_value(fvi_at(s, "run", "replicates")),
                   (long long)json_integer_value(fvi_at(s, "run", "seed")));
    row(to, "intervals", text);
    const json_t *m = fvi_at(s, "run", "machine");
    (void)snprintf(text, sizeof text, "%s, %lld cores, %lld MiB, %s, kernel %s",
                   fvi_text_at(m, "processor", NULL),
                   (long long)json_integer_value(json_object_get(m, "cores")),
                   (long long)json_integer_value(json_object_get(m, "memory_mib")),
                   fvi_text_at(m, "architecture", NULL), fvi_text_at(m, "kernel", NULL));
    row(to, "machine", text);
    row(to, "library", fvi_text_at(s, "versions", "library"));
    row(to, "backend", fvi_text_at(s, "versions", "backend"));
    row(to, "calibration", fvi_text_at(s, "versions", "calibration"));
    row(to, "set, SHA-256", fvi_text_at(s, "set", "sha256"));
    row(to, "pack.json, SHA-256", fvi_text_at(s, "versions", "pack_sha256"));
    json_object_foreach((json_t *)fvi_at(s, "versions", "networks"), role, net)
    {
        (void)snprintf(text, sizeof text, "%s %s", fvi_text_at(net, "name", NULL),
                       fvi_text_at(net, "sha256", NULL));
        row(to, role, text);
    }
    fvi_html_table_end(to);
}
