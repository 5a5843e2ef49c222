/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/profile.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { SHOWN = 40 }; /* bytes of a refused name that the error repeats */

const fvi_channel_info fvi_channel_infos[FVI_CHANNEL_COUNT] = {
#define C(id, name, is_counter, why, ...) [FVI_CHANNEL_##id] = {name, is_counter, why},
#include "verify/channels.def"
#undef C
};

static const struct {
    const char *name;
    fv_remedy remedy;
} remedies[] = {
#define X(name, number, zh, en) {#name, FV_REMEDY_##name},
    FV_REMEDY_LIST(X)
#undef X
};

_Static_assert(sizeof remedies / sizeof remedies[0] <= FVI_REMEDY_ORDER_MAX,
               "an order has no room for all remedies");

static fv_remedy remedy_of(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
        if (strlen(remedies[i].name) == len && memcmp(remedies[i].name, name, len) == 0)
            return remedies[i].remedy;
    }
    return FV_REMEDY_NONE;
}

static const char *fault_of(const fvi_remedy_order *before, fv_remedy remedy)
{
    if (remedy == FV_REMEDY_NONE) return "is no remedy";
    if (remedy == FV_REMEDY_VISIT_COUNTER) return "is always told last";
    for (uint32_t i = 0; i < before->n; i++) {
        if (before->of[i] == remedy) return "stands there twice";
    }
    return NULL;
}

bool fvi_remedy_order_parse(const char *text, fvi_remedy_order *out, char *why, size_t size)
{
    fvi_remedy_order order = {.n = 0};

    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t len = strcspn(text, " ");
        fv_remedy remedy = remedy_of(text, len);
        const char *fault = fault_of(&order, remedy);
        if (fault != NULL) {
            int shown = fvi_utf8_cut(text, len < SHOWN ? (int)len : SHOWN);
            (void)snprintf(why, size, "'%.*s' %s", shown, text, fault);
            return false;
        }
        order.of[order.n++] = remedy;
        text += len;
    }
    *out = order;
    return true;
}
