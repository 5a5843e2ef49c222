/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_SETTINGS_H
#define FVI_SETTINGS_H

#include <stdint.h>
#include <stdio.h>

#include "base/config.h"
#include "quality/quality.h"
#include "verify/profile.h"

/** Of `faceverify serve`. */
typedef struct fvi_service_settings {
    char listen_binding[2048];
    char listen_ops[2048];
    char http[256];
    char plain_tcp[2048];
    char ipc_mode[8];
    char ops_ipc_mode[8];
    char tls_cert_file[1024];
    char tls_key_file[1024];
    char tls_ca_file[1024];
    char ops_tls_ca_file[1024];
    uint32_t workers;
    uint32_t queue;
    uint64_t queue_bytes;
    uint32_t spare;
    uint64_t message_bytes;
    uint32_t drain_ms;
    uint32_t connections;
    uint32_t send_ms;
    uint32_t probe_ms;
    uint32_t reply_ttl_s;
    uint32_t reply_entries;
    uint64_t reply_bytes;
} fvi_service_settings;

/** Every setting, with its value in force. Plain data. */
typedef struct fvi_settings {
    struct {
        char dir[1024]; /**< "" = look beside the program, then where it was installed */
    } models;
    struct {
        int backend; /**< an fvi_nn_backend */
    } engine;
    struct {
        uint64_t image_bytes;
        uint32_t width_px;
        uint32_t height_px;
        uint64_t pixels;
        uint32_t jpeg_scans;
        uint32_t decode_target_px;
        uint32_t deadline_ms; /**< for requests that give none; 0 = none */
    } limits;
    struct {
        double match_fmr;  /**< at or above the similarity of this rate: PASS */
        double review_fmr; /**< below match_fmr's but at or above this one's: MANUAL_REVIEW */
        int liveness;      /**< an fvi_liveness_policy */
        double liveness_bpcer;
    } policy; /**< of requests that name no channel, and of what channels leave to it */
    fvi_profile channels[FVI_CHANNEL_COUNT];
    fvi_service_settings service;
    fvi_limits_set selfie;
    fvi_limits_set record;
} fvi_settings;

/** Every key of the settings; thread-safe. */
extern const fvi_config_table fvi_settings_table;

/**
 * Shipped settings, then the YAML file (path may be NULL), then overrides "section.key=value".
 *
 * @return FV_OK, FV_E_CONFIG (text: file, line and key, or the override), FV_E_NOMEM; *out is
 *         untouched on failure
 */
FV_NODISCARD fv_status fvi_settings_load(fvi_settings *out, const char *path,
                                         const char *const *overrides, size_t n_overrides,
                                         fv_error *err);

/** Writes the settings as YAML that fvi_settings_load() reads back to the same values. */
FV_NODISCARD fv_status fvi_settings_dump(const fvi_settings *s, FILE *to, fv_error *err);

#endif
