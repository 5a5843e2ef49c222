/* SPDX-License-Identifier: Apache-2.0 */
/* Texts, each kept once, by numbers from 0 in the order in which they came. */
#ifndef FVI_REPLAY_TEXTS_H
#define FVI_REPLAY_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FVI_TEXT_NONE UINT32_MAX

/** {0} is valid and empty. */
typedef struct fvi_texts {
    char *texts; /**< one after the other, each with its NUL */
    size_t texts_len;
    size_t texts_cap;
    size_t *at; /**< where in texts, by number */
    uint32_t n;
    size_t at_cap;
    uint32_t *slots; /**< number + 1; 0 = free */
    size_t n_slots;  /**< a power of two */
} fvi_texts;

/** @return FV_OK; FV_E_NOMEM; FV_E_LIMIT for more than 2^30 of them */
FV_NODISCARD fv_status fvi_texts_add(fvi_texts *names, const char *text, uint32_t *id,
                                     fv_error *err);

/** FVI_TEXT_NONE where there is none. */
uint32_t fvi_texts_find(const fvi_texts *names, const char *text);

/** Valid until the next fvi_texts_add(). */
const char *fvi_texts_text(const fvi_texts *names, uint32_t id);

void fvi_texts_free(fvi_texts *names);

/** Doubles what `p` has room for where that is used up: the array of a growing list. */
FV_NODISCARD fv_status fvi_grow(void *p, size_t n, size_t *cap, size_t size, fv_error *err);

#endif
