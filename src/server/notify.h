/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service tells systemd. Each returns whether a service manager was told: false without
 * one (NOTIFY_SOCKET is not set), or when it cannot be reached; neither is a reason to stop.
 * Thread-safe as long as nobody changes the environment.
 */
#ifndef FVI_SERVER_NOTIFY_H
#define FVI_SERVER_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/** At the end of start-up, and at the end of each reload, also of one that failed. */
bool fvi_notify_ready(void);

/** At the beginning of a reload; fvi_notify_ready() must follow. */
bool fvi_notify_reloading(void);

/** At the beginning of the drain. */
bool fvi_notify_stopping(void);

/** One line for `systemctl status`; control characters become spaces. */
bool fvi_notify_status(const char *text);

/** More time for what is under way (start, reload, stop): from now on. */
bool fvi_notify_extend(uint64_t us);

/** "Alive", at least once in each fvi_notify_watchdog_us(). */
bool fvi_notify_watchdog(void);

/** Within how many microseconds the watchdog wants to hear; 0 = there is none. Use half of it. */
uint64_t fvi_notify_watchdog_us(void);

#endif
