/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/settings.h"

#include <float.h>
#include <stdlib.h>

#include "base/file.h"
#include "nn/nn.h"

static const fvi_config_choice backends[] = {
    {"onednn", FVI_NN_ONEDNN},
    {"opencv", FVI_NN_OPENCV},
    {NULL, 0},
};

static const fvi_config_choice liveness_choices[] = {
    {"required", FVI_LIVENESS_REQUIRED},
    {"off", FVI_LIVENESS_OFF},
    {NULL, 0},
};

static const fvi_config_choice channel_liveness_choices[] = {
    {"policy", FVI_LIVENESS_AS_POLICY},
    {"required", FVI_LIVENESS_REQUIRED},
    {"off", FVI_LIVENESS_OFF},
    {NULL, 0},
};

static const fvi_config_choice wording_choices[] = {
    {"member", FV_WORDING_MEMBER},
    {"clerk", FV_WORDING_CLERK},
    {NULL, 0},
};

static bool check_remedies(const char *text, char *why, size_t size)
{
    fvi_remedy_order unused;
    return fvi_remedy_order_parse(text, &unused, why, size);
}

/* Without the limits, which come from the table of measures. */
static const fvi_settings shipped = {
#define TEXT(section, key, def, help)             .section.key = def,
#define CHOICE(section, key, choices, def, help)  .section.key = def,
#define U32(section, key, def, min, max, help)    .section.key = def,
#define U64(section, key, def, min, max, help)    .section.key = def,
#define DOUBLE(section, key, def, min, max, help) .section.key = def,
#include "verify/settings.def"
#undef TEXT
#undef CHOICE
#undef U32
#undef U64
#undef DOUBLE
    .channels =
        {
#define C(id, name, is_counter, why, ...) [FVI_CHANNEL_##id] = {__VA_ARGS__},
#include "verify/channels.def"
#undef C
        },
};

/* `at` is the value's address in the shipped settings, so that offset and size come from it. */
#define KEY(id, kind, at, lo, hi, names, text)                                                     \
    KEY_WITH(id, kind, at, lo, hi, names, text, .inherits = NULL)
#define KEY_WITH(id, kind, at, lo, hi, names, text, ...)                                           \
    {                                                                                              \
        .path = id,                                                                                \
        .type = FVI_CONFIG_##kind,                                                                 \
        .offset = offsetof(fvi_settings, at),                                                      \
        .size = sizeof shipped.at,                                                                 \
        .min = lo,                                                                                 \
        .max = hi,                                                                                 \
        .choices = names,                                                                          \
        .help = text,                                                                              \
        __VA_ARGS__,                                                                               \
    },
#define RANGE(photo, set, id, name, lo, hi, which)                                                 \
    KEY(#photo "." name "." lo, DOUBLE, photo.set[FVI_Q_##id].min, -INFINITY, DBL_MAX, NULL,       \
        "Least " which)                                                                            \
    KEY(#photo "." name "." hi, DOUBLE, photo.set[FVI_Q_##id].max, -DBL_MAX, INFINITY, NULL,       \
        "Greatest " which)
#define LIMITS(photo, id, name, whose, unit)                                                       \
    RANGE(photo, gate, id, name, "min", "max", #id " of a " whose " that is used, in " unit)       \
    RANGE(photo, advice, id, name, "advise_min", "advise_max",                                     \
          #id " of a " whose " of which nothing is said, in " unit)

#define CHANNEL(name, at)                                                                          \
    KEY_WITH("channels." name ".match_fmr", DOUBLE, at.match_fmr, 0, 0.5, NULL,                    \
             "False match rate of PASS; 0 = policy.match_fmr", .inherits = "policy.match_fmr")     \
    KEY_WITH("channels." name ".review_fmr", DOUBLE, at.review_fmr, 0, 0.5, NULL,                  \
             "False match rate of MANUAL_REVIEW; 0 = policy.review_fmr",                           \
             .inherits = "policy.review_fmr")                                                      \
    KEY("channels." name ".liveness", CHOICE, at.liveness, 0, 0, channel_liveness_choices,         \
        "Whether verify asks that the selfie is live; policy = policy.liveness")                   \
    KEY("channels." name ".liveness_bpcer", DOUBLE, at.liveness_bpcer, 0, 0.5, NULL,               \
        "Share of bona fide selfies that liveness may refuse; 0 = policy.liveness_bpcer")          \
    KEY("channels." name ".deadline_ms", U32, at.deadline_ms, 0, 600000, NULL,                     \
        "Time that a request has, and the most that it can ask for, in milliseconds; 0 = "         \
        "limits.deadline_ms, and any")                                                             \
    KEY("channels." name ".wording", CHOICE, at.wording, 0, 0, wording_choices,                    \
        "To whom the remedies are said: the member, or a clerk who sees the member")               \
    KEY_WITH("channels." name ".remedies_first", TEXT, at.remedies_first, 0, 0, NULL,              \
             "Remedies told before the others, in this order: names separated by blanks",          \
             .check = check_remedies)

static const fvi_config_key keys[] = {
#define TEXT(section, key, def, help) KEY(#section "." #key, TEXT, section.key, 0, 0, NULL, help)
#define CHOICE(section, key, choices, def, help)                                                   \
    KEY(#section "." #key, CHOICE, section.key, 0, 0, choices, help)
#define U32(section, key, def, min, max, help)                                                     \
    KEY(#section "." #key, U32, section.key, min, max, NULL, help)
#define U64(section, key, def, min, max, help)                                                     \
    KEY(#section "." #key, U64, section.key, min, max, NULL, help)
#define DOUBLE(section, key, def, min, max, help)                                                  \
    KEY(#section "." #key, DOUBLE, section.key, min, max, NULL, help)
#include "verify/settings.def"
#undef TEXT
#undef CHOICE
#undef U32
#undef U64
#undef DOUBLE
#define C(id, name, ...) CHANNEL(name, channels[FVI_CHANNEL_##id])
#include "verify/channels.def"
#undef C
#define Q(id, key, unit, ...) LIMITS(selfie, id, #key, "selfie", unit)
#include "quality/measures.def"
#undef Q
#define Q(id, key, unit, ...) LIMITS(record, id, #key, "photograph on record", unit)
#include "quality/measures.def"
#undef Q
};

static const fvi_config_order orders[] = {
    {"policy.match_fmr", "policy.review_fmr"},
#define C(id, name, ...) {"channels." name ".match_fmr", "channels." name ".review_fmr"},
#include "verify/channels.def"
#undef C
#define ORDERS(photo, key)                                                                         \
    {photo "." key ".min", photo "." key ".max"},                                                  \
        {photo "." key ".advise_min", photo "." key ".advise_max"},
#define Q(id, key, ...) ORDERS("selfie", #key) ORDERS("record", #key)
#include "quality/measures.def"
#undef Q
};

const fvi_config_table fvi_settings_table = {
    .keys = keys,
    .n_keys = sizeof keys / sizeof keys[0],
    .orders = orders,
    .n_orders = sizeof orders / sizeof orders[0],
};

fv_status fvi_settings_load(fvi_settings *out, const char *path, const char *const *overrides,
                            size_t n_overrides, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_settings s = shipped;
    uint8_t *yaml = NULL;
    fvi_config_source source = {.name = path, .overrides = overrides, .n_overrides = n_overrides};

    s.selfie = fvi_selfie_limits;
    s.record = fvi_record_limits;
    if (path != NULL) {
        FVI_TRY(
            fvi_file_read(path, FVI_CONFIG_MAX_BYTES, FV_E_CONFIG, &yaml, &source.yaml_len, err));
    }
    source.yaml = yaml;
    FVI_TRY(fvi_config_load(&fvi_settings_table, &source, &s, err));
    *out = s;
out:
    free(yaml);
    return st;
}

fv_status fvi_settings_dump(const fvi_settings *s, FILE *to, fv_error *err)
{
    return fvi_config_dump(&fvi_settings_table, s, to, err);
}
