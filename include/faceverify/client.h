/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file client.h
 * A running service asked from C: docs/protocol.md. In a library of its own, libfaceverify-client,
 * which needs neither models nor libfaceverify.
 *
 *     fv_client_create ──► fv_client_verify, from any number of threads ──► fv_client_reply_...
 *
 * Where the service is busy, a call asks again with the same request id, within its deadline, after
 * the time that the service named. A connection that is lost is made again, and what was asked on
 * it is asked again; the service answers one request id once.
 */
#ifndef FACEVERIFY_CLIENT_H
#define FACEVERIFY_CLIENT_H

#include <stdint.h>

#include "faceverify/bytes.h"
#include "faceverify/engine.h"
#include "faceverify/liveness.h"
#include "faceverify/quality.h"
#include "faceverify/reason.h"
#include "faceverify/status.h"
#include "faceverify/verify.h"

FV_BEGIN_C

/** A connection that is made, and made again where it is lost. Thread-safe. */
typedef struct fv_client fv_client;

/** Initialise with FV_CLIENT_OPTIONS_INIT. */
typedef struct fv_client_options {
    uint32_t struct_size;    /**< set by FV_CLIENT_OPTIONS_INIT; lets the struct grow */
    const char *url;         /**< ipc:///path, tcp://host:port or tls+tcp://host:port */
    const char *tls_ca_file; /**< PEM: who may have signed the service's certificate; needed for
                                  tls+tcp, refused for others */
    const char
        *tls_cert_file;       /**< PEM: this client's certificate, where the service asks for one */
    const char *tls_key_file; /**< PEM: its key; both or neither */
    uint32_t deadline_ms;     /**< of a call that names none; 0 = 30000 */
    uint32_t connect_ms;      /**< how long a call waits for a connection; 0 = 5000 */
} fv_client_options;

#define FV_CLIENT_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(fv_client_options), NULL, NULL, NULL, NULL, 0, 0                                    \
    }

/**
 * Connects with the first call: a service that is not there yet is no failure here. (A service on
 * ipc:// does not like connections that are closed at once.)
 *
 * @param[out] out  the caller's to destroy; untouched on failure
 * @return FV_OK, FV_E_ARG (url, tls_ca_file, ...: err->field), FV_E_BACKEND, FV_E_NOMEM
 */
FV_NODISCARD FV_API fv_status fv_client_create(fv_client **out, const fv_client_options *options,
                                               fv_error *err);

/** Closes and frees; no call may be under way. NULL-safe; sets *client to NULL. */
FV_API void fv_client_destroy(fv_client **client);

/** What is asked. Initialise with FV_CLIENT_REQUEST_INIT; all of it is borrowed for the call. */
typedef struct fv_client_request {
    uint32_t struct_size;    /**< set by FV_CLIENT_REQUEST_INIT; lets the struct grow */
    uint32_t deadline_ms;    /**< of the whole call with all its retries, and of the service's work;
                                  0 = the client's, and the service's own for its work */
    const char *request_id;  /**< 1 to 64 of A-Z a-z 0-9 . _ : - ; NULL = a random UUID */
    const char *channel;     /**< or NULL */
    const char *subject_ref; /**< at most 128 bytes, or NULL */
    const char *consent_ref; /**< at most 128 bytes, or NULL */
    const char *birth_date;  /**< verify: "YYYY-MM-DD", or NULL */
    const char *id_number;   /**< verify: or NULL */
    fv_bytes selfie;         /**< quality: the photograph, whatever its kind */
    fv_bytes record;         /**< verify, match */
    fv_image kind;           /**< quality */
    fv_locale locale;        /**< of the texts for the member */
} fv_client_request;

#define FV_CLIENT_REQUEST_INIT                                                                     \
    {                                                                                              \
        sizeof(fv_client_request), 0, NULL, NULL, NULL, NULL, NULL, NULL, {NULL, 0}, {NULL, 0},    \
            FV_SELFIE, FV_LOCALE_ZH_CN                                                             \
    }

/* X(NAME, number). Whether the service could answer; the numbers are those on the wire. */
#define FV_SERVICE_LIST(X)                                                                         \
    X(OK, 0)                /* there is an answer; a refusal is one */                             \
    X(INVALID_REQUEST, 1)   /* the field is at fault; asking again does not help */                \
    X(TOO_LARGE, 2)         /* likewise, beyond a limit */                                         \
    X(BUSY, 3)              /* still, when the call's time was over */                             \
    X(DEADLINE_EXCEEDED, 4) /* the service's time was over */                                      \
    X(PERMISSION_DENIED, 5) /* not for this caller */                                              \
    X(REQUEST_ID_REUSED, 6) /* another request had this id */                                      \
    X(INTERNAL, 7)          /* the service failed */

typedef enum fv_service_status {
#define X(name, number) FV_SERVICE_##name = number,
    FV_SERVICE_LIST(X)
#undef X
} fv_service_status;

/** What the service sent. Immutable. */
typedef struct fv_client_reply fv_client_reply;

/**
 * The whole step. Blocks until there is a reply, or until the deadline.
 *
 * @param client      shared by all threads
 * @param[out] reply  the caller's to destroy; untouched on failure
 * @param[out] err    detail on failure; may be NULL
 * @return FV_OK: the service replied, see fv_client_reply_status(); FV_E_ARG (a request that cannot
 *         be sent), FV_E_TIMEOUT (no reply in time), FV_E_BACKEND (no connection in time, or what
 *         came is no reply), FV_E_NOMEM
 */
FV_NODISCARD FV_API fv_status fv_client_verify(fv_client *client, const fv_client_request *request,
                                               fv_client_reply **reply, fv_error *err);

/** Two photographs compared, without age gate and liveness. As above, and all below. */
FV_NODISCARD FV_API fv_status fv_client_match(fv_client *client, const fv_client_request *request,
                                              fv_client_reply **reply, fv_error *err);

/** Whether the selfie was taken of a person. */
FV_NODISCARD FV_API fv_status fv_client_liveness(fv_client *client,
                                                 const fv_client_request *request,
                                                 fv_client_reply **reply, fv_error *err);

/** What one photograph is like. */
FV_NODISCARD FV_API fv_status fv_client_quality(fv_client *client, const fv_client_request *request,
                                                fv_client_reply **reply, fv_error *err);

/** Whether the service answers, and what it runs. */
FV_NODISCARD FV_API fv_status fv_client_info(fv_client *client, const fv_client_request *request,
                                             fv_client_reply **reply, fv_error *err);

/** NULL-safe; sets *reply to NULL. */
FV_API void fv_client_reply_destroy(fv_client_reply **reply);

/* Texts belong to the reply, are never NULL, and live as long as it does. */

FV_API fv_service_status fv_client_reply_status(const fv_client_reply *reply);
FV_API const char *fv_client_reply_request_id(const fv_client_reply *reply);
FV_API const char *fv_client_reply_field(const fv_client_reply *reply);
FV_API const char *fv_client_reply_message(const fv_client_reply *reply);

/** 1: this request id had been answered before. */
FV_API int fv_client_reply_replayed(const fv_client_reply *reply);

/** BUSY: when to ask again, in milliseconds; 0 = not told. */
FV_API uint32_t fv_client_reply_retry_after_ms(const fv_client_reply *reply);

/** One sentence for the member, in the request's locale; "" where there is none. */
FV_API const char *fv_client_reply_text(const fv_client_reply *reply);

/** Of the i-th reason and remedy of the result, in the service's words; "" beyond the last. */
FV_API const char *fv_client_reply_reason_text(const fv_client_reply *reply, uint32_t i);
FV_API const char *fv_client_reply_remedy_text(const fv_client_reply *reply, uint32_t i);

/** Texts are NULL where the service did not tell them. @return FV_OK, FV_E_ARG */
FV_NODISCARD FV_API fv_status fv_client_reply_versions(const fv_client_reply *reply,
                                                       fv_versions *out, fv_error *err);

/**
 * The answer to verify or match. Numbers that the service does not tell this caller (scores,
 * limits, pose) are NaN. Reasons and remedies keep their numbers, also where this version knows no
 * name.
 *
 * @param[out] out  FV_RESULT_INIT beforehand; untouched on failure
 * @return FV_OK, FV_E_ARG: there is no such answer in the reply
 */
FV_NODISCARD FV_API fv_status fv_client_reply_result(const fv_client_reply *reply, fv_result *out,
                                                     fv_error *err);

/** The answer to liveness; likewise. */
FV_NODISCARD FV_API fv_status fv_client_reply_liveness(const fv_client_reply *reply,
                                                       fv_liveness_result *out, fv_error *err);

/** The answer to quality; likewise. Names and units of the measures belong to the reply. */
FV_NODISCARD FV_API fv_status fv_client_reply_quality(const fv_client_reply *reply,
                                                      fv_quality_result *out, fv_error *err);

/** The answer to info. Initialise with FV_CLIENT_SERVICE_INIT. */
typedef struct fv_client_service {
    uint32_t struct_size; /**< set by FV_CLIENT_SERVICE_INIT */
    uint32_t workers;
    uint32_t queue_capacity;
    uint32_t uptime_s;
    uint64_t image_bytes_max;
    uint64_t message_bytes_max;
} fv_client_service;

#define FV_CLIENT_SERVICE_INIT                                                                     \
    {                                                                                              \
        sizeof(fv_client_service), 0, 0, 0, 0, 0                                                   \
    }

FV_NODISCARD FV_API fv_status fv_client_reply_service(const fv_client_reply *reply,
                                                      fv_client_service *out, fv_error *err);

FV_END_C
#endif
