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

static void print_photo(const Faceverify__PhotoInfo *p, const char *name, const words *w, FILE *to)
{
    (void)fprintf(to, "  %s", name);
    if (p == NULL || p->width_px == 0) {
        (void)fprintf(to, "%s\n", w->unread);
        return;
    }
    (void)fprintf(to, "%ux%u", (unsigned)p->width_px, (unsigned)p->height_px);
    if (p->faces == 0)
        (void)fprintf(to, ", %s", w->no_face);
    else if (p->has_inter_eye_px_case != 0) { /* a service does not tell everybody */
        (void)fputs(", ", to);
        (void)fprintf(to, w->face, (double)p->inter_eye_px, (double)CLI_REAL(p, yaw_deg),
                      (double)CLI_REAL(p, pitch_deg), (double)CLI_REAL(p, roll_deg));
    }
    (void)fputc('\n', to);
}

static void print_liveness(const Faceverify__VerifyReply *m, const words *w, FILE *to)
{
    const Faceverify__Scores *s = m->scores;
    const char *name = cli_enum_name(&faceverify__liveness__descriptor, (int)m->liveness);

    if (m->liveness == FACEVERIFY__LIVENESS__NOT_ASKED) return;
    (void)fputs("  ", to);
    if (s->has_liveness_score_case == 0)
        (void)fprintf(to, w->not_judged, name);
    else
        (void)fprintf(to, w->liveness, (double)s->liveness_score, name);
    (void)fprintf(to, w->live_from, (double)CLI_REAL(s, liveness_limit),
                  (double)CLI_REAL(s, liveness_bpcer));
    (void)fprintf(to, w->attack_below, (double)CLI_REAL(s, attack_limit));
}

static void print_scores(const Faceverify__VerifyReply *m, const words *w, FILE *to)
{
    const Faceverify__Scores *s = m->scores;

    if (s == NULL) return;
    (void)fputs("  ", to);
    if (s->has_similarity_case == 0)
        (void)fputs(w->not_compared, to);
    else
        (void)fprintf(to, w->similarity, (double)s->similarity);
    (void)fprintf(to, w->pass_from, (double)s->match_similarity, (double)s->match_fmr);
    (void)fprintf(to, w->review_from, (double)s->review_similarity, (double)s->review_fmr);
    print_liveness(m, w, to);
}

static void print_details(const Faceverify__VerifyReply *m, const words *w, FILE *to)
{
    const Faceverify__Timings *t = m->timings;

    (void)fprintf(to, "\n%s\n", w->details);
    print_photo(m->selfie, w->selfie, w, to);
    print_photo(m->record_photo, w->record, w, to);
    print_scores(m, w, to);
    if (t == NULL) return;
    (void)fprintf(to, w->times, t->total_us / 1e3, t->decode_us / 1e3, t->detect_us / 1e3,
                  t->landmarks_us / 1e3, t->pose_us / 1e3, t->quality_us / 1e3,
                  t->liveness_us / 1e3, t->chip_us / 1e3, t->embed_us / 1e3);
}

void cli_reply_text(const Faceverify__VerifyReply *m, fv_locale locale, bool details, FILE *to)
{
    const words *w = locale == FV_LOCALE_EN ? &english : &chinese;
    const cli_told told = {m->reasons, m->n_reasons, m->remedy_texts, m->n_remedy_texts};
    cli_column c = {.to = to};

    cli_print_wrapped(&c, w->result);
    cli_print_wrapped(&c, m->text);
    cli_print_tag(&c, w->told.tag,
                  cli_enum_name(&faceverify__decision__descriptor, (int)m->decision));
    cli_print_told(&told, &w->told, to);
    if (details) print_details(m, w, to);
}
