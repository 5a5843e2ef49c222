/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "cli/reply.h"

typedef struct words {
    const char *line; /* image, sentence, name for programs */
    cli_told_words told;
    const char *score, *not_taken, *live_from, *attack_below;
} words;

static const words english = {
    .line = "%s: %s (%s)\n",
    .told = {.why = "Why", .todo = "What to do", .tag = " (%s)"},
    .score = "liveness:      %.3f\n",
    .not_taken = "liveness:      not taken\n",
    .live_from = "live from:     %.3f (refuses %g of the selfies of live persons)\n",
    .attack_below = "attack below:  %.3f\n",
};
static const words chinese = {
    .line = "%s：%s（%s）\n",
    .told = {.why = "原因", .todo = "可以怎么做", .tag = "（%s）"},
    .score = "活体得分：  %.3f\n",
    .not_taken = "活体得分：  未测\n",
    .live_from = "真人不低于：%.3f（真人自拍被拒的比例为 %g）\n",
    .attack_below = "攻击低于：  %.3f\n",
};

static const words *words_of(fv_locale locale)
{
    return locale == FV_LOCALE_EN ? &english : &chinese;
}

void cli_liveness_text(const Faceverify__Reply *reply, fv_locale locale, FILE *to)
{
    const words *w = words_of(locale);
    const Faceverify__LivenessReply *m = reply->liveness;
    const cli_told told = {m->reasons, m->n_reasons, m->remedy_texts, m->n_remedy_texts};

    (void)fprintf(to, w->line, m->image, m->text,
                  cli_enum_name(&faceverify__liveness__descriptor, (int)m->liveness));
    cli_print_told(&told, &w->told, to);
}

void cli_liveness_details(const Faceverify__Reply *reply, fv_locale locale, FILE *to)
{
    const words *w = words_of(locale);
    const Faceverify__LivenessScores *s = reply->liveness->scores;

    cli_liveness_text(reply, locale, to);
    if (s == NULL) return; /* a service does not tell everybody */
    (void)fputc('\n', to);
    if (s->has_score_case == 0)
        (void)fputs(w->not_taken, to);
    else
        (void)fprintf(to, w->score, (double)s->score);
    (void)fprintf(to, w->live_from, (double)s->limit, (double)s->bpcer);
    (void)fprintf(to, w->attack_below, (double)s->attack_limit);
}
