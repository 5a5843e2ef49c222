/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Works every image of a set, each once however many rows it stands in, on several threads with one
 * session each. What comes out goes into the journal as soon as it is there.
 *
 * An image that stands on both sides of pairs is read once and has one template. It is examined
 * once too, where selfie and record have the same limits of pose and the network finds the face
 * (then nothing differs between the sides but the limits that the measures are held against later);
 * else once a side.
 */
#ifndef FVI_REPLAY_IMAGES_H
#define FVI_REPLAY_IMAGES_H

#include "faceverify/liveness.h"
#include "faceverify/quality.h"
#include "replay/crew.h"
#include "replay/manifest.h"
#include "verify/photo.h"

typedef enum fvi_work_state {
    FVI_WORK_OPEN = 0,
    FVI_WORK_DONE,
    FVI_WORK_UNREADABLE, /**< the file, that is; what is no picture is DONE, with that as answer */
} fvi_work_state;

enum { FVI_TURN_UNKNOWN = -1 };

/** A reason that was told, without its texts. */
typedef struct fvi_kept {
    uint16_t code;
    uint8_t image;
    uint8_t severity;
} fvi_kept;

/** What one image gave. Plain data: the journal keeps it byte by byte. */
typedef struct fvi_worked {
    uint8_t state;
    int8_t turn;          /**< quarters that it lies turned by; FVI_TURN_UNKNOWN: nobody asked */
    uint8_t has_template; /**< in fvi_images.templates */
    uint8_t has_face[2];  /**< by side: selfie, record */
    uint8_t answer;       /**< attacks: an fv_liveness_verdict; quality: 1 usable, 0 not */
    uint8_t n_told;       /**< attacks and quality */
    char why[64];         /**< FVI_WORK_UNREADABLE: the cause */
    float score;          /**< attacks: of liveness; NaN = the picture cannot be judged */
    fvi_kept told[FV_REASONS_MAX];
    fvi_seen seen[2]; /**< pairs, by side */
    fv_timings timings;
} fvi_worked;

typedef struct fvi_images {
    fvi_worked *worked; /**< by image */
    float *templates;   /**< [image][dim], of unit length; NULL where none are needed */
    size_t n;
    size_t dim;
} fvi_images;

/** What is done with each image. */
typedef enum fvi_task {
    FVI_TASK_PAIR,     /**< examined on its sides, template */
    FVI_TASK_TEMPLATE, /**< as a record photograph, whatever the measures say: calibration */
    FVI_TASK_LIVENESS,
    FVI_TASK_QUALITY,
    FVI_TASK_TURN, /**< only those whose turn is asked: fvi_images_turn() */
} fvi_task;

/** Room for m's images. */
FV_NODISCARD fv_status fvi_images_create(fvi_images *out, const fvi_manifest *m, fvi_task task,
                                         const fv_engine *engine, fv_error *err);

/** Room for what n pieces of work come to at a service: no templates. */
FV_NODISCARD fv_status fvi_images_create_answers(fvi_images *out, size_t n, fv_error *err);

/** Wipes the templates. */
void fvi_images_free(fvi_images *images);

/**
 * Works what is still open (for FVI_TASK_TURN: what `asked` names).
 *
 * @param asked  by image; NULL = all
 * @return FV_OK, also when crew->stop was set (fvi_images_open() then tells what is left); FV_E_*
 *         of the machine: a file that cannot be read is none
 */
FV_NODISCARD fv_status fvi_images_work(fvi_images *images, const fvi_manifest *m, fvi_task task,
                                       const bool *asked, const fvi_crew *crew, fv_error *err);

/** A file in memory; {NULL, 0} = none. */
typedef struct fvi_content {
    uint8_t *data;
    size_t len;
} fvi_content;

/**
 * An image's file. Where it cannot be read that is what `w` says, *out stays as it is, and it is no
 * failure.
 *
 * @param[out] out  none before; the caller's to drop
 */
FV_NODISCARD fv_status fvi_image_read(const fvi_manifest *m, size_t i, fvi_worked *w,
                                      fvi_content *out, fv_error *err);

/** Wipes and frees. */
void fvi_content_drop(fvi_content *content);

/** What the answers come to. */
void fvi_worked_take_liveness(fvi_worked *w, const fv_liveness_result *r);
void fvi_worked_take_quality(fvi_worked *w, const fv_quality_result *r);

/** The first n reasons, without their texts. */
void fvi_worked_take_told(fvi_worked *w, const fv_reason *reasons, uint32_t n);

/** How many are still open. */
size_t fvi_images_open(const fvi_images *images);

#endif
