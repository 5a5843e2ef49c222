/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "cli/reply.h"

enum { COLUMNS = 7, CELL = 48, ROWS = 1 + FV_MEASURES_MAX };
enum { NAME, VALUE, UNIT, SCORE, MUST, SHOULD, VERDICT };

typedef struct words {
    const char *says[2][2]; /* by kind (selfie, record), by usable */
    cli_told_words told;
    const char *better; /* heading of advice, where nothing is refused */
    const char *heading;
    const char *column[COLUMNS];
    const char *verdict[4]; /* by fv_verdict */
} words;

static const words english = {
    .says = {{": cannot be used as a selfie.", ": can be used as a selfie."},
             {": cannot be used as the photograph on record.",
              ": can be used as the photograph on record."}},
    .told = {.why = "Why", .todo = "What to do", .tag = " (%s)"},
    .better = "What could be better",
    .heading = "Measures, of %ux%u pixels",
    .column = {"measure", "value", "", "score", "must be", "should be", "verdict"},
    .verdict = {"not taken", "good", "advice", "blocks"},
};
static const words chinese = {
    .says = {{"：不能用作自拍照。", "：可以用作自拍照。"},
             {"：不能用作公安留存照片。", "：可以用作公安留存照片。"}},
    .told = {.why = "原因", .todo = "可以怎么做", .tag = "（%s）"},
    .better = "可以改善之处",
    .heading = "测量结果（%ux%u 像素）",
    .column = {"指标", "数值", "", "得分", "必须", "最好", "判定"},
    .verdict = {"未测", "合格", "建议改善", "不合格"},
};

/* Units that are words; one that is not here is the same in every language. */
static const char *unit_word(const char *unit, fv_locale locale)
{
    static const char *const chinese_words[][2] = {
        {"faces", "张脸"},        {"px", "像素"},           {"deg", "度"},
        {"eyes", "倍眼距"},       {"share", "比例"},        {"ratio", "倍"},
        {"bits", "位"},           {"stops", "档"},          {"levels", "灰度级"},
        {"cycles/px", "周/像素"}, {"log odds", "对数几率"},
    };

    if (locale == FV_LOCALE_EN) return unit;
    for (size_t i = 0; i < sizeof chinese_words / sizeof chinese_words[0]; i++) {
        if (strcmp(chinese_words[i][0], unit) == 0) return chinese_words[i][1];
    }
    return unit;
}

/* Four digits that count, and no exponent where a person would write none. */
static void put_number(char out[CELL], float value)
{
    double v = (double)value + 0.0; /* -0 is 0 */

    if (isnan(v))
        (void)snprintf(out, CELL, "-");
    else
        (void)snprintf(out, CELL, fabs(v) >= 1000.0 && fabs(v) < 1e9 ? "%.0f" : "%.4g", v);
}

static void put_range(char out[CELL], float min, float max)
{
    char low[CELL], high[CELL];

    put_number(low, min);
    put_number(high, max);
    if (isinf(min) && isinf(max))
        (void)snprintf(out, CELL, "-");
    else if (isinf(max))
        (void)snprintf(out, CELL, ">= %.20s", low);
    else if (isinf(min))
        (void)snprintf(out, CELL, "<= %.20s", high);
    else if (min == max)
        (void)snprintf(out, CELL, "%.20s", low);
    else
        (void)snprintf(out, CELL, "%.20s..%.20s", low, high);
}

static void put_row(char row[COLUMNS][CELL], const Faceverify__Measure *m, const words *w,
                    fv_locale locale)
{
    const float value = CLI_REAL(m, value);
    const size_t verdicts = sizeof w->verdict / sizeof w->verdict[0];

    (void)snprintf(row[NAME], CELL, "%s", m->name);
    put_number(row[VALUE], value);
    (void)snprintf(row[UNIT], CELL, "%s", isnan(value) ? "" : unit_word(m->unit, locale));
    put_number(row[SCORE], CLI_REAL(m, score));
    put_range(row[MUST], m->has_min_case != 0 ? m->min : -INFINITY,
              m->has_max_case != 0 ? m->max : INFINITY);
    put_range(row[SHOULD], m->has_advise_min_case != 0 ? m->advise_min : -INFINITY,
              m->has_advise_max_case != 0 ? m->advise_max : INFINITY);
    (void)snprintf(row[VERDICT], CELL, "%s",
                   (size_t)m->verdict < verdicts ? w->verdict[m->verdict] : "");
}

static void print_cell(const char *text, unsigned width, bool right, FILE *to)
{
    int pad = (int)(width - cli_width(text));

    if (right) (void)fprintf(to, "%*s", pad, "");
    (void)fputs(text, to);
    if (!right) (void)fprintf(to, "%*s", pad, "");
}

static void print_table(char rows[][COLUMNS][CELL], size_t n, FILE *to)
{
    unsigned width[COLUMNS] = {0};

    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < COLUMNS; k++) {
            unsigned w = cli_width(rows[i][k]);
            if (w > width[k]) width[k] = w;
        }
    }
    for (size_t i = 0; i < n; i++) {
        (void)fputs("  ", to);
        for (int k = 0; k < VERDICT; k++) {
            print_cell(rows[i][k], width[k], k == VALUE || k == SCORE, to);
            (void)fputs(k == VALUE ? " " : "  ", to);
        }
        (void)fprintf(to, "%s\n", rows[i][VERDICT]);
    }
}

static void print_measures(const Faceverify__QualityReply *m, const words *w, fv_locale locale,
                           FILE *to)
{
    char rows[ROWS][COLUMNS][CELL];
    const size_t n = m->n_measures < FV_MEASURES_MAX ? m->n_measures : FV_MEASURES_MAX;

    for (int k = 0; k < COLUMNS; k++)
        (void)snprintf(rows[0][k], CELL, "%s", w->column[k]);
    for (size_t i = 0; i < n; i++)
        put_row(rows[1 + i], m->measures[i], w, locale);
    (void)fputc('\n', to);
    (void)fprintf(to, w->heading, m->photo != NULL ? (unsigned)m->photo->width_px : 0,
                  m->photo != NULL ? (unsigned)m->photo->height_px : 0);
    (void)fputc('\n', to);
    print_table(rows, 1 + n, to);
}

void cli_quality_text(const Faceverify__Reply *reply, fv_locale locale, FILE *to)
{
    const words *w = locale == FV_LOCALE_EN ? &english : &chinese;
    const Faceverify__QualityReply *m = reply->quality;
    const cli_told told = {m->reasons, m->n_reasons, m->remedy_texts, m->n_remedy_texts};
    cli_told_words told_words = w->told;

    if (m->usable) told_words.why = w->better;
    /* in one line however long, for those who search for it */
    (void)fprintf(to, "%s%s\n", m->image,
                  w->says[m->kind == FACEVERIFY__IMAGE__record ? 1 : 0][m->usable ? 1 : 0]);
    cli_print_told(&told, &told_words, to);
    if (m->n_measures > 0) print_measures(m, w, locale, to);
}
