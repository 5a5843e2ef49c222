/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/channel.h"

#include <string.h>

static const fvi_channel none = {"", false};
static const fvi_channel channels[] = {
    {"nhsa-app", false}, {"alipay", false}, {"wechat", false},
    {"zheliban", false}, {"counter", true},
};

fv_status fvi_channel_find(const char *name, const fvi_channel **out, fv_error *err)
{
    if (name == NULL) {
        *out = &none;
        return FV_OK;
    }
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        if (strcmp(name, channels[i].name) == 0) {
            *out = &channels[i];
            return FV_OK;
        }
    }
    return fvi_fail_field(err, FV_E_ARG, "channel",
                          "unknown channel; known: nhsa-app, alipay, wechat, zheliban, counter");
}
