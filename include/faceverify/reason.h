/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file reason.h
 * Why a request did not pass, on which photograph, and what the member can do.
 */
#ifndef FACEVERIFY_REASON_H
#define FACEVERIFY_REASON_H

#include <stddef.h>
#include <stdint.h>

#include "faceverify/export.h"

FV_BEGIN_C

/** Which of the two photographs. */
typedef enum fv_image {
    FV_SELFIE = 1,
    FV_RECORD = 2, /**< the photograph that the police hold */
} fv_image;

typedef enum fv_severity {
    FV_BLOCKS = 1, /**< the answer follows from it */
    FV_ADVICE = 2, /**< may have contributed */
} fv_severity;

typedef enum fv_locale {
    FV_LOCALE_ZH_CN = 0,
    FV_LOCALE_EN = 1,
} fv_locale;

/** Every reason: stable numbers; see reasons.def for what each stands for. */
typedef enum fv_reason_code {
    FV_REASON_NONE = 0,
#define R(name, number, ...) FV_REASON_##name = number,
#include "faceverify/reasons.def"
#undef R
} fv_reason_code;

/* X(NAME, number, zh-CN, en). What the member can do; the numbers are stable. */
#define FV_REMEDY_LIST(X)                                                                          \
    X(ADJUST_LIGHT, 1, "换到光线均匀明亮的地方再拍", "Find even, bright light")                    \
    X(AVOID_BACKLIGHT, 2, "不要背对窗户或灯光", "Turn so that the light falls on your face")       \
    X(AVOID_GLARE, 3, "避开反光和强光直射", "Avoid reflections and direct bright light")           \
    X(UNCOVER_FACE, 4, "摘下口罩等遮挡物，露出整张脸", "Uncover your whole face")                  \
    X(REMOVE_GLASSES, 5, "摘下墨镜或有色眼镜", "Take off tinted glasses")                          \
    X(OPEN_EYES, 6, "睁开双眼", "Open your eyes")                                                  \
    X(LOOK_STRAIGHT, 7, "正对并平视镜头", "Look straight into the camera")                         \
    X(MOVE_CLOSER, 8, "把手机拿近一些", "Hold the phone closer")                                   \
    X(MOVE_BACK, 9, "把手机拿远一些", "Hold the phone further away")                               \
    X(CENTRE_FACE, 10, "让整张脸位于画面中央", "Keep your whole face in the middle")               \
    X(HOLD_STILL, 11, "拿稳手机，保持不动", "Hold still")                                          \
    X(CLEAN_LENS, 12, "擦干净镜头", "Clean the lens")                                              \
    X(ONE_PERSON_ONLY, 13, "单独一人拍摄", "Only one person in the picture")                       \
    X(CHANGE_PHONE, 14, "换一部摄像头更清晰的手机", "Use a phone with a better camera")            \
    X(SEND_ORIGINAL_JPEG, 15, "提交手机拍摄的 JPEG 原图",                                          \
      "Send the original JPEG from the camera")                                                    \
    X(RENEW_ID_PHOTO, 16, "到派出所更新身份证照片",                                                \
      "Renew your ID photograph at the police station")                                            \
    X(VISIT_COUNTER, 17, "到经办窗口人工办理（一至三个工作日）",                                   \
      "Visit the counter, where a person decides within one to three working days")                \
    X(TRY_LATER, 18, "稍后再试", "Try again later")

/* X(NAME, zh-CN, en). The same, said to a clerk who has the person before them. */
#define FV_REMEDY_CLERK_LIST(X)                                                                    \
    X(ADJUST_LIGHT, "请参保人换到光线均匀明亮的位置",                                              \
      "Ask the person to move to even, bright light")                                              \
    X(AVOID_BACKLIGHT, "请参保人不要背对窗户或灯光",                                               \
      "Ask the person to turn so that the light falls on the face")                                \
    X(AVOID_GLARE, "请参保人避开反光和强光直射",                                                   \
      "Ask the person to keep away from reflections and direct bright light")                      \
    X(UNCOVER_FACE, "请参保人摘下口罩等遮挡物，露出整张脸",                                        \
      "Ask the person to uncover the whole face")                                                  \
    X(REMOVE_GLASSES, "请参保人摘下墨镜或有色眼镜", "Ask the person to take off tinted glasses")   \
    X(OPEN_EYES, "请参保人睁开双眼", "Ask the person to open both eyes")                           \
    X(LOOK_STRAIGHT, "请参保人正对并平视镜头", "Ask the person to look straight into the camera")  \
    X(MOVE_CLOSER, "请参保人离镜头近一些", "Ask the person to come a little closer")               \
    X(MOVE_BACK, "请参保人离镜头远一些", "Ask the person to move back a little")                   \
    X(CENTRE_FACE, "请参保人让整张脸位于画面中央",                                                 \
      "Ask the person to keep the whole face in the middle")                                       \
    X(HOLD_STILL, "请参保人保持不动", "Ask the person to hold still")                              \
    X(CLEAN_LENS, "请擦干净镜头", "Please clean the lens")                                         \
    X(ONE_PERSON_ONLY, "请其他人离开画面", "Ask everybody else to step out of the picture")        \
    X(CHANGE_PHONE, "请换用更清晰的摄像头", "Please use a better camera")                          \
    X(SEND_ORIGINAL_JPEG, "请提交摄像头拍摄的 JPEG 原图",                                          \
      "Please send the original JPEG from the camera")                                             \
    X(RENEW_ID_PHOTO, "请参保人到派出所更新身份证照片",                                            \
      "Ask the person to have the ID photograph renewed at the police station")                    \
    X(VISIT_COUNTER, "请参保人到经办窗口人工办理（一至三个工作日）",                               \
      "Ask the person to visit the counter, where a person decides within one to three working "   \
      "days")                                                                                      \
    X(TRY_LATER, "请稍后再试", "Please try again later")

/** To whom a remedy is said. */
typedef enum fv_wording {
    FV_WORDING_MEMBER = 0, /**< who takes the selfie: "Take off tinted glasses" */
    FV_WORDING_CLERK = 1,  /**< who sits before that person: "Ask the person to take off ..." */
} fv_wording;

typedef enum fv_remedy {
    FV_REMEDY_NONE = 0,
#define X(name, number, zh, en) FV_REMEDY_##name = number,
    FV_REMEDY_LIST(X)
#undef X
} fv_remedy;

/** One reason. Plain data, nothing to free. */
typedef struct fv_reason {
    fv_reason_code code;
    fv_image image;
    fv_severity severity;
    fv_remedy remedy;
    float value;    /**< of the measure, in its unit; NaN where the reason has no measure */
    float limit;    /**< the limit that it was held against; NaN likewise */
    char detail[8]; /**< FV_REASON_UNSUPPORTED_FORMAT: the format's name; else "" */
} fv_reason;

/** "NO_FACE"; "" for a number that is not in the table. Static, thread-safe, as all below. */
FV_API const char *fv_reason_name(fv_reason_code code);

/** "INTER_EYE_DISTANCE"; "" where the reason has no measure. */
FV_API const char *fv_reason_measure(fv_reason_code code);

/**
 * What to show to the member: UTF-8, one or two sentences, cut at a character's border when it does
 * not fit.
 *
 * @param[out] buf  gets a NUL-terminated text when cap > 0
 * @return bytes that the whole text has, without the NUL; 0 for an unknown code or image
 */
FV_API size_t fv_reason_text(const fv_reason *reason, fv_locale locale, char *buf, size_t cap);

/** "MOVE_CLOSER"; "" for an unknown number. */
FV_API const char *fv_remedy_name(fv_remedy remedy);

/** "Hold the phone closer", as said to the member; "" for an unknown number. */
FV_API const char *fv_remedy_text(fv_remedy remedy, fv_locale locale);

/** As said to whom the wording names (fv_result.wording); to the member where it is unknown. */
FV_API const char *fv_remedy_text_for(fv_remedy remedy, fv_wording wording, fv_locale locale);

/** "selfie" or "record"; "" for an unknown number. */
FV_API const char *fv_image_name(fv_image image);

/** "blocks" or "advice"; "" for an unknown number. */
FV_API const char *fv_severity_name(fv_severity severity);

FV_END_C
#endif
