/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The age gate: a member under 16 is bound without a face check. Pure: today's date comes in as
 * seconds since 1970 UTC and is taken in China Standard Time (UTC+8, no daylight saving).
 */
#ifndef FVI_AGE_H
#define FVI_AGE_H

#include <stdint.h>

#include "base/error.h"

enum { FVI_AGE_OF_FACE_CHECK = 16, FVI_AGE_MAX = 150 };

typedef enum fvi_age_gate {
    FVI_AGE_NOT_GIVEN = 0, /**< neither date nor number: the face check is done */
    FVI_AGE_UNDER_16,
    FVI_AGE_16_OR_OVER,
} fvi_age_gate;

/**
 * @param birth_date  "YYYY-MM-DD" or NULL
 * @param id_number   resident ID number (GB 11643: 18 digits, the last by ISO 7064 MOD 11-2, or the
 *                    old 15 digits, born 19YY) or NULL; never copied beyond this call's stack,
 *                    which is wiped, and never part of an error text
 * @return FV_OK, or FV_E_ARG with err->field "birth_date" or "id_number": not a date, in the
 *         future, over 150 years ago, wrong length, characters or checksum, or the two disagree
 */
FV_NODISCARD fv_status fvi_age_check(const char *birth_date, const char *id_number,
                                     int64_t now_unix_s, fvi_age_gate *out, fv_error *err);

#endif
