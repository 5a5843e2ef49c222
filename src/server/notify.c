/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/utf8.h"

static bool tell(const char *state)
{
    return sd_notify(0, state) > 0;
}

bool fvi_notify_ready(void)
{
    return tell("READY=1");
}

bool fvi_notify_reloading(void)
{
    char state[64];
    (void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, fvi_clock_us());
    return tell(state);
}

bool fvi_notify_stopping(void)
{
    return tell("STOPPING=1");
}

bool fvi_notify_status(const char *text)
{
    char state[512];
    int n = snprintf(state, sizeof state, "STATUS=%.*s", fvi_utf8_cut(text, 480), text);

    if (n < 0) return false;
    for (char *c = state; *c != '\0'; c++) /* a line end would begin another assignment */
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = ' ';
    return tell(state);
}

bool fvi_notify_extend(uint64_t us)
{
    char state[64];
    (void)snprintf(state, sizeof state, "EXTEND_TIMEOUT_USEC=%" PRIu64, us);
    return tell(state);
}

bool fvi_notify_watchdog(void)
{
    return tell("WATCHDOG=1");
}

uint64_t fvi_notify_watchdog_us(void)
{
    uint64_t us = 0;
    return sd_watchdog_enabled(0, &us) > 0 ? us : 0;
}
