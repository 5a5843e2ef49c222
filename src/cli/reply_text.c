/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reply.h"

#include <math.h>

typedef struct words {
    const char *result;
    cli_told_words told;
    const char *details, *selfie, *record, *unread, *no_face, *face;
    const char *similarity, *not_compared, *pass_from, *review_from;
    const char *liveness, *not_judged, *live_from, *attack_below;
    const char *times;
} words;

static const words english = {
    .result = "Decision: ",
    .told = {.why = "Why",
             .todo = "What to do",
             .tag = " (%s)",
             .about = {"[both photographs] ", "[selfie] ", "[record photo] "}},
    .details = "Details",
    .selfie = "selfie:          ",
    .record = "record photo:    ",
    .unread = "not readable",
    .no_face = "no face",
    .face = "eyes %.0f px apart, yaw %+.0f, pitch %+.0f, roll %+.0f deg",
    .similarity = "similarity:      %.3f\n",
    .not_compared = "similarity:      not compared\n",
    .pass_from = "  passes from:     %.3f (false match rate %g)\n",
    .review_from = "  staff look from: %.3f (false match rate %g)\n",
    .liveness = "liveness:        %.3f (%s)\n",
    .not_judged = "liveness:        not taken (%s)\n",
    .live_from = "  live from:       %.3f (refuses %g of the selfies of live persons)\n",
    .attack_below = "  attack below:    %.3f\n",
    .times = "  time:            %.1f ms (decode %.1f, detect %.1f, landmarks %.1f,\n"
             "                   pose %.1f, quality %.1f, liveness %.1f,\n"
             "                   chip %.1f, embed %.1f)\n",
};
static const words chinese = {
    .result = "结论：",
    .told = {.why = "原因",
             .todo = "可以怎么做",
             .tag = "（%s）",
             .about = {"【两张照片】", "【自拍照】", "【留存照片】"}},
    .details = "详情",
    .selfie = "自拍照：    ",
    .record = "留存照片：  ",
    .unread = "无法读取",
    .no_face = "没有人脸",
    .face = "两眼相距 %.0f 像素，头部左右 %+.0f、上下 %+.0f、歪斜 %+.0f 度",
    .similarity = "相似度：    %.3f\n",
    .not_compared = "相似度：    未比对\n",
    .pass_from = "  通过：      %.3f 起（误匹配率 %g）\n",
    .review_from = "  转人工：    %.3f 起（误匹配率 %g）\n",
    .liveness = "活体：      %.3f（%s）\n",
    .not_judged = "活体：      未测（%s）\n",
    .live_from = "  真人：      %.3f 起（真人自拍被拒的比例为 %g）\n",
    .attack_below = "  攻击：      %.3f 以下\n",
    .times = "  用时：      %.1f 毫秒（解码 %.1f，检测 %.1f，关键点 %.1f，姿态 %.1f，\n"
             "              质量 %.1f，活体 %.1f，对齐 %.1f，特征 %.1f）\n",
};

static void print_photo(const fv_photo_info *p, const char *name, const words *w, FILE *to)
{
    (void)fprintf(to, "  %s", name);
    if (p->width_px == 0) {
        (void)fprintf(to, "%s\n", w->unread);
        return;
    }
    (void)fprintf(to, "%ux%u, ", (unsigned)p->width_px, (unsigned)p->height_px);
    if (p->faces == 0) {
        (void)fprintf(to, "%s\n", w->no_face);
        return;
    }
    (void)fprintf(to, w->face, (double)p->inter_eye_px, (double)p->yaw_deg, (double)p->pitch_deg,
                  (double)p->roll_deg);
    (void)fputc('\n', to);
}

static void print_liveness(const fv_result *r, const words *w, FILE *to)
{
    const char *name = fv_liveness_name(r->liveness);

    if (r->liveness == FV_LIVENESS_NOT_ASKED) return;
    (void)fputs("  ", to);
    if (isnan(r->liveness_score))
        (void)fprintf(to, w->not_judged, name);
    else
        (void)fprintf(to, w->liveness, (double)r->liveness_score, name);
    (void)fprintf(to, w->live_from, (double)r->liveness_limit, (double)r->liveness_bpcer);
    (void)fprintf(to, w->attack_below, (double)r->attack_limit);
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
    (void)fprintf(to, w->pass_from, (double)r->match_similarity, (double)r->match_fmr);
    (void)fprintf(to, w->review_from, (double)r->review_similarity, (double)r->review_fmr);
    print_liveness(r, w, to);
    (void)fprintf(to, w->times, t->total_us / 1e3, t->decode_us / 1e3, t->detect_us / 1e3,
                  t->landmarks_us / 1e3, t->pose_us / 1e3, t->quality_us / 1e3,
                  t->liveness_us / 1e3, t->chip_us / 1e3, t->embed_us / 1e3);
}

void cli_reply_text(const cli_answer *a, fv_locale locale, bool details, FILE *to)
{
    const words *w = locale == FV_LOCALE_EN ? &english : &chinese;
    const fv_result *r = &a->result;
    const cli_told told = {r->reasons, r->n_reasons, r->remedies, r->n_remedies, r->wording};
    cli_column c = {.to = to};

    cli_print_wrapped(&c, w->result);
    cli_print_wrapped(&c, fv_decision_text(r->decision, locale));
    cli_print_tag(&c, w->told.tag, fv_decision_name(r->decision));
    cli_print_told(&told, &w->told, locale, to);
    if (details) print_details(r, w, to);
}
