/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "cli/photos.h"
#include "cli/reply.h"

typedef struct words {
    const char *says[4]; /* by fv_liveness_verdict */
    const char *line;    /* image, sentence, name for programs */
    cli_told_words told;
    const char *score, *not_taken, *live_from, *attack_below;
} words;

static const words english = {
    .says = {"Nothing was asked.", "Judged to be taken of a live person.",
             "It could not be confirmed that a live person took the selfie.",
             "This picture does not tell whether a live person took it."},
    .line = "%s: %s (%s)\n",
    .told = {.why = "Why", .todo = "What to do", .tag = " (%s)"},
    .score = "liveness:      %.3f\n",
    .not_taken = "liveness:      not taken\n",
    .live_from = "live from:     %.3f (refuses %g of the selfies of live persons)\n",
    .attack_below = "attack below:  %.3f\n",
};
static const words chinese = {
    .says = {"未作判断。", "判断为真人拍摄。", "未能确认是本人在镜头前拍摄。",
             "这张照片无法判断是否为真人拍摄。"},
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

const char *cli_liveness_sentence(fv_liveness_verdict liveness, fv_locale locale)
{
    return words_of(locale)->says[liveness];
}

void cli_liveness_text(const cli_photo *photo, fv_locale locale, FILE *to)
{
    const words *w = words_of(locale);
    const fv_liveness_result *r = &photo->liveness;
    const cli_told told = {r->reasons, r->n_reasons, r->remedies, r->n_remedies, FV_WORDING_MEMBER};

    (void)fprintf(to, w->line, photo->image, cli_liveness_sentence(r->liveness, locale),
                  fv_liveness_name(r->liveness));
    cli_print_told(&told, &w->told, locale, to);
}

void cli_liveness_details(const cli_photo *photo, fv_locale locale, FILE *to)
{
    const words *w = words_of(locale);
    const fv_liveness_result *r = &photo->liveness;

    cli_liveness_text(photo, locale, to);
    (void)fputc('\n', to);
    if (isnan(r->score))
        (void)fputs(w->not_taken, to);
    else
        (void)fprintf(to, w->score, (double)r->score);
    (void)fprintf(to, w->live_from, (double)r->limit, (double)r->bpcer);
    (void)fprintf(to, w->attack_below, (double)r->attack_limit);
}
