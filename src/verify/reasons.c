/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L /* strnlen */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "verify/explain.h"

enum { FVI_Q_NONE = -1 };

#define FV_BY_LIMITS ((fv_severity)0)

#define SIDE_NONE   FVI_WITHIN, FVI_WITHIN
#define SIDE_BELOW  FVI_BELOW, FVI_WITHIN
#define SIDE_ABOVE  FVI_WITHIN, FVI_ABOVE
#define SIDE_EITHER FVI_BELOW, FVI_ABOVE

const fvi_reason_row fvi_reason_rows[] = {
#define R(name, number, measure, side, severity, remedy_s, remedy_r, s_zh, s_en, r_zh, r_en)       \
    {#name,                                                                                        \
     FV_REASON_##name,                                                                             \
     FVI_Q_##measure,                                                                              \
     SIDE_##side,                                                                                  \
     FV_##severity,                                                                                \
     {FV_REMEDY_##remedy_s, FV_REMEDY_##remedy_r},                                                 \
     {{s_zh, s_en}, {r_zh, r_en}}},
#include "faceverify/reasons.def"
#undef R
};
const size_t fvi_reason_rows_n = sizeof fvi_reason_rows / sizeof fvi_reason_rows[0];

const fvi_reason_row *fvi_reason_row_of(fv_reason_code code)
{
    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        if (fvi_reason_rows[i].code == code) return &fvi_reason_rows[i];
    }
    return NULL;
}

const char *fv_reason_name(fv_reason_code code)
{
    const fvi_reason_row *row = fvi_reason_row_of(code);
    return row == NULL ? "" : row->name;
}

const char *fv_reason_measure(fv_reason_code code)
{
    const fvi_reason_row *row = fvi_reason_row_of(code);
    return row == NULL || row->measure < 0 ? "" : fvi_measures[row->measure].name;
}

/* Copies what fits of n bytes and keeps the text terminated; *used counts all of them. */
static void append(char *buf, size_t cap, size_t *used, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++, (*used)++) {
        if (*used + 1 < cap) buf[*used] = s[i];
    }
}

/* A cut in the middle of a UTF-8 character leaves bytes that no reader takes: step back over it. */
static void end_at_character(char *buf, size_t cap, size_t used)
{
    if (cap == 0) return;
    size_t n = used < cap ? used : cap - 1;
    buf[fvi_utf8_check((const uint8_t *)buf, n)] = '\0';
}

size_t fv_reason_text(const fv_reason *reason, fv_locale locale, char *buf, size_t cap)
{
    static const char mark[] = "{format}";
    const fvi_reason_row *row = reason == NULL ? NULL : fvi_reason_row_of(reason->code);
    size_t used = 0;

    if (cap > 0) buf[0] = '\0';
    if (row == NULL || (reason->image != FV_SELFIE && reason->image != FV_RECORD)) return 0;
    const char *text = row->text[reason->image - FV_SELFIE][locale == FV_LOCALE_EN ? 1 : 0];
    const char *at = strstr(text, mark);
    if (at == NULL) {
        append(buf, cap, &used, text, strlen(text));
    } else {
        append(buf, cap, &used, text, (size_t)(at - text));
        append(buf, cap, &used, reason->detail, strnlen(reason->detail, sizeof reason->detail));
        append(buf, cap, &used, at + sizeof mark - 1, strlen(at + sizeof mark - 1));
    }
    end_at_character(buf, cap, used);
    return used;
}

const char *fv_remedy_name(fv_remedy remedy)
{
    switch (remedy) {
#define X(name, number, zh, en)                                                                    \
    case FV_REMEDY_##name:                                                                         \
        return #name;
        FV_REMEDY_LIST(X)
#undef X
    case FV_REMEDY_NONE:
        break;
    }
    return "";
}

const char *fv_remedy_text(fv_remedy remedy, fv_locale locale)
{
    switch (remedy) {
#define X(name, number, zh, en)                                                                    \
    case FV_REMEDY_##name:                                                                         \
        return locale == FV_LOCALE_EN ? en : zh;
        FV_REMEDY_LIST(X)
#undef X
    case FV_REMEDY_NONE:
        break;
    }
    return "";
}

static const char *clerk_text(fv_remedy remedy, fv_locale locale)
{
    switch (remedy) {
#define X(name, zh, en)                                                                            \
    case FV_REMEDY_##name:                                                                         \
        return locale == FV_LOCALE_EN ? en : zh;
        FV_REMEDY_CLERK_LIST(X)
#undef X
    case FV_REMEDY_NONE:
        break;
    }
    return "";
}

const char *fv_remedy_text_for(fv_remedy remedy, fv_wording wording, fv_locale locale)
{
    return wording == FV_WORDING_CLERK ? clerk_text(remedy, locale)
                                       : fv_remedy_text(remedy, locale);
}

const char *fv_image_name(fv_image image)
{
    if (image == FV_SELFIE) return "selfie";
    return image == FV_RECORD ? "record" : "";
}

const char *fv_severity_name(fv_severity severity)
{
    if (severity == FV_BLOCKS) return "blocks";
    return severity == FV_ADVICE ? "advice" : "";
}

const char *fv_decision_name(fv_decision decision)
{
    switch (decision) {
#define X(name, number)                                                                            \
    case FV_##name:                                                                                \
        return #name;
        FV_DECISION_LIST(X)
#undef X
    }
    return "";
}

const char *fv_liveness_name(fv_liveness_verdict liveness)
{
    switch (liveness) {
#define X(name, number)                                                                            \
    case FV_LIVENESS_##name:                                                                       \
        return #name;
        FV_LIVENESS_LIST(X)
#undef X
    }
    return "";
}

const char *fv_decision_text(fv_decision decision, fv_locale locale)
{
    static const struct {
        fv_decision decision;
        const char *text[2];
    } rows[] = {
        {FV_UNDECIDED, {"尚未作出判断。", "No decision was made."}},
        {FV_PASS, {"核验通过，是同一人。", "Verified: the same person."}},
        {FV_NOT_REQUIRED,
         {"未满十六周岁，无需人脸核验。", "Under sixteen: no face check is needed."}},
        {FV_RETAKE_SELFIE,
         {"自拍照无法使用，请按提示重拍。", "The selfie cannot be used. Please take another."}},
        {FV_LIVENESS_REFUSED,
         {"未能确认是本人在镜头前拍摄。", "It could not be confirmed that a live person took the "
                                          "selfie."}},
        {FV_NO_MATCH, {"未能确认为同一人。", "Could not be confirmed as the same person."}},
        {FV_RECORD_PHOTO_UNUSABLE,
         {"公安留存照片无法用于核验。", "The photograph on record cannot be used."}},
        {FV_MANUAL_REVIEW,
         {"需要工作人员人工核对。", "A member of staff has to look at the photographs."}},
        {FV_TOO_MANY_ATTEMPTS,
         {"尝试次数过多，请稍后再试。", "Too many attempts. Please try later."}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].decision == decision) return rows[i].text[locale == FV_LOCALE_EN ? 1 : 0];
    }
    return "";
}
