/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file engine.h
 * The engine (networks, calibration, policy) and the sessions that work with it.
 *
 *     fv_engine_create ──► fv_session_create (one a thread) ──► fv_verify, again and again
 */
#ifndef FACEVERIFY_ENGINE_H
#define FACEVERIFY_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "faceverify/status.h"

FV_BEGIN_C

/** Networks, calibration and policy. Immutable once created: share it freely between threads. */
typedef struct fv_engine fv_engine;

/** Scratch memory and network state: used by one thread at a time. */
typedef struct fv_session fv_session;

/** How to create an engine. Initialise with FV_ENGINE_OPTIONS_INIT. */
typedef struct fv_engine_options {
    uint32_t struct_size;         /**< set by FV_ENGINE_OPTIONS_INIT; lets the struct grow */
    const char *config_path;      /**< YAML; NULL = the shipped settings */
    const char *const *overrides; /**< "section.key=value", applied after the file, in order */
    size_t n_overrides;
} fv_engine_options;

#define FV_ENGINE_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(fv_engine_options), NULL, NULL, 0                                                   \
    }

/**
 * Loads configuration, model pack and calibration, and checks the SHA-256 of each file.
 *
 * @param[out] out  the caller's to destroy, after all of its sessions; untouched on failure
 * @param options   NULL for the shipped settings; only read
 * @param[out] err  detail on failure; may be NULL
 * @return FV_OK, FV_E_ARG, FV_E_CONFIG (text: file, line, key), FV_E_MODEL (text: file),
 *         FV_E_BACKEND, FV_E_NOMEM
 */
FV_NODISCARD FV_API fv_status fv_engine_create(fv_engine **out, const fv_engine_options *options,
                                               fv_error *err);

/** Frees; NULL-safe; sets *engine to NULL. Its sessions must be gone. */
FV_API void fv_engine_destroy(fv_engine **engine);

/**
 * Scratch and network state for one thread of work. `engine` must outlive it. Thread-safe: many
 * threads may create sessions of one engine at once.
 *
 * @return FV_OK, FV_E_ARG, FV_E_MODEL, FV_E_BACKEND, FV_E_NOMEM
 */
FV_NODISCARD FV_API fv_status fv_session_create(fv_session **out, const fv_engine *engine,
                                                fv_error *err);

/** Wipes and frees; NULL-safe; sets *session to NULL. */
FV_API void fv_session_destroy(fv_session **session);

/** What an engine has loaded. Texts belong to the engine and live as long as it does. */
typedef struct fv_versions {
    uint32_t struct_size;       /**< set by FV_VERSIONS_INIT */
    const char *library;        /**< "0.1.0" */
    const char *pack_name;      /**< of the model pack */
    const char *pack_sha256;    /**< of pack.json, which holds the hash of every network */
    const char *calibration_id; /**< which calibration the thresholds come from */
} fv_versions;

#define FV_VERSIONS_INIT                                                                           \
    {                                                                                              \
        sizeof(fv_versions), NULL, NULL, NULL, NULL                                                \
    }

/** Thread-safe. @return FV_OK or FV_E_ARG */
FV_NODISCARD FV_API fv_status fv_engine_versions(const fv_engine *engine, fv_versions *out,
                                                 fv_error *err);

/** The library's version, "MAJOR.MINOR.PATCH". Static text. */
FV_API const char *fv_version(void);

FV_END_C
#endif
