/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "cli/cli.h"

typedef struct words {
    const char *result, *why, *todo, *details, *selfie, *record, *picture, *unread, *no_face, *face,
        *head, *similarity, *pass_from, *review_from, *time, *not_compared;
} words;

static const words english = {
    "Decision",  "Why",     "What to do",   "Details",      "selfie",
    "record",    "picture", "not readable", "no face",      "eyes %.0f px apart",
    "head",      "similarity %.3f", "pass from %.3f (FMR %g)", "review from %.3f (FMR %g)",
    "time",      "not compared"};
static const words chinese = {
    "结论",      "原因",    "可以怎么做",   "详情",         "自拍照",
    "留存照片",  "图像",    "无法读取",     "没有人脸",     "两眼相距 %.0f 像素",
    "头部姿态",  "相似度 %.3f", "%.3f 起通过（误匹配率 %g）", "%.3f 起转人工（误匹配率 %g）",
    "用时",      "未比对"};

static void print_photo(const fv_photo_info *p, const char *name, const words *w, FILE *to)
{
    (void)fprintf(to, "  %s: ", name);
    if (p->width_px == 0) {
        (void)fprintf(to, "%s\n", w->unread);
        return;
    }
    (void)fprintf(to, "%ux%u, ", (unsigned)p->width_px, (unsigned)p->height_px);
    if (p->faces == 0) {
        (void)fprintf(to, "%s\n", w->no_face);
        return;
    }
    (void)fprintf(to, w->face, (double)p->inter_eye_px);
    (void)fprintf(to, ", %s %+.0f/%+.0f/%+.0f\u00b0\n", w->head, (double)p->yaw_deg,
                  (double)p->pitch_deg, (double)p->roll_deg);
}

static void print_details(const fv_result *r, const words *w, FILE *to)
{
    const fv_timings *t = &r->timings;

    (void)fprintf(to, "\n%s\n", w->details);
    print_photo(&r->selfie, w->selfie, w, to);
    print_photo(&r->record, w->record, w, to);
    (void)fputs("  ", to);
    if (isnan(r->similarity))
        (void)fputs(w->not_compared, to);
    else
        (void)fprintf(to, w->similarity, (double)r->similarity);
    (void)fputs("; ", to);
    (void)fprintf(to, w->pass_from, (double)r->match_similarity, (double)r->match_fmr);
    (void)fputs(", ", to);
    (void)fprintf(to, w->review_from, (double)r->review_similarity, (double)r->review_fmr);
    (void)fprintf(to,
                  "\n  %s %.1f ms: decode %.1f, detect %.1f, landmarks %.1f, pose %.1f, chip %.1f, "
                  "embed %.1f\n",
                  w->time, t->total_us / 1e3, t->decode_us / 1e3, t->detect_us / 1e3,
                  t->landmarks_us / 1e3, t->pose_us / 1e3, t->chip_us / 1e3, t->embed_us / 1e3);
}

void cli_reply_text(const cli_answer *a, fv_locale locale, bool details, FILE *to)
{
    const words *w = locale == FV_LOCALE_EN ? &english : &chinese;
    const fv_result *r = &a->result;
    char text[512];

    (void)fprintf(to, "%s: %s (%s)\n", w->result, fv_decision_text(r->decision, locale),
                  fv_decision_name(r->decision));
    if (r->n_reasons > 0) (void)fprintf(to, "\n%s\n", w->why);
    for (uint32_t i = 0; i < r->n_reasons; i++) {
        (void)fv_reason_text(&r->reasons[i], locale, text, sizeof text);
        (void)fprintf(to, "  %u. [%s] %s (%s)\n", (unsigned)i + 1,
                      r->reasons[i].image == FV_SELFIE ? w->selfie : w->record, text,
                      fv_reason_name(r->reasons[i].code));
    }
    if (r->n_remedies > 0) (void)fprintf(to, "\n%s\n", w->todo);
    for (uint32_t i = 0; i < r->n_remedies; i++)
        (void)fprintf(to, "  %u. %s\n", (unsigned)i + 1, fv_remedy_text(r->remedies[i], locale));
    if (details) print_details(r, w, to);
}
