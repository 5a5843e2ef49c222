/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A labelled set: which images, in which rows, with which labels. Read whole and checked whole
 * before any image is worked; every mistake is named with its line. Columns that mean nothing here
 * are carried through to the results.
 *
 *   pairs    path_a,path_b,same[,person_a,person_b][,cohort]   same: 1 or 0
 *   attacks  path,label[,attack][,subject][,cohort]            label: live or spoof
 *   quality  path,label[,as][,cohort]                          label: good, or the expected reason
 *   people   path,person[,cohort]                              every image with every other one
 */
#ifndef FVI_REPLAY_MANIFEST_H
#define FVI_REPLAY_MANIFEST_H

#include <stdbool.h>

#include "base/csv.h"
#include "faceverify/reason.h"
#include "replay/texts.h"

typedef enum fvi_kind {
    FVI_KIND_ANY = 0, /**< the header and the first label tell */
    FVI_KIND_PAIRS,
    FVI_KIND_ATTACKS,
    FVI_KIND_QUALITY,
    FVI_KIND_PEOPLE,
} fvi_kind;

/** "pairs"; "" for FVI_KIND_ANY. Static. */
const char *fvi_kind_name(fvi_kind kind);

/* The columns that mean something, in any order. */
#define FVI_COLUMN_LIST(X)                                                                         \
    X(PATH_A, "path_a")                                                                            \
    X(PATH_B, "path_b")                                                                            \
    X(SAME, "same")                                                                                \
    X(PERSON_A, "person_a")                                                                        \
    X(PERSON_B, "person_b")                                                                        \
    X(PATH, "path")                                                                                \
    X(LABEL, "label")                                                                              \
    X(ATTACK, "attack")                                                                            \
    X(SUBJECT, "subject")                                                                          \
    X(PERSON, "person")                                                                            \
    X(AS, "as")                                                                                    \
    X(COHORT, "cohort")

typedef enum fvi_column {
#define X(id, name) FVI_COLUMN_##id,
    FVI_COLUMN_LIST(X)
#undef X
        FVI_COLUMN_COUNT
} fvi_column;

/** One row; what a member means depends on the kind. */
typedef struct fvi_row {
    uint32_t a;      /**< image: selfie of a pair, else the image */
    uint32_t b;      /**< pairs: the image of the photograph on record; attacks: species */
    uint32_t label;  /**< pairs: 1 same, 0 not; attacks: 1 live, 0 spoof; quality: in labels */
    uint32_t cohort; /**< in cohorts; FVI_TEXT_NONE where the set has none */
} fvi_row;

/** What a label of a quality set expects. */
typedef struct fvi_expected {
    bool good;    /**< the photograph is fine */
    bool ignored; /**< counted, but nothing is expected */
    unsigned n;
    fv_reason_code reasons[8]; /**< any of them is right */
} fvi_expected;

/** Sides on which an image stands: bits of fvi_manifest.sides. */
enum { FVI_AS_SELFIE = 1, FVI_AS_RECORD = 2 };

/** How people were told apart. */
typedef enum fvi_people_by {
    FVI_PEOPLE_COLUMN,  /**< the manifest says */
    FVI_PEOPLE_FOLDER,  /**< by the folder that holds the image: agrees with every label */
    FVI_PEOPLE_GENUINE, /**< whom genuine pairs connect is one person */
    FVI_PEOPLE_IMAGE,   /**< nothing is known: every image for itself */
} fvi_people_by;

typedef struct fvi_manifest {
    fvi_kind kind;
    char path[1024];
    char root[1024]; /**< paths are relative to it; resolved */
    char sha256[65];
    size_t n_columns;
    uint32_t column[FVI_COLUMN_COUNT]; /**< where it stands; FVI_TEXT_NONE where it does not */
    fvi_texts header;
    fvi_texts images; /**< paths, normalised */
    fvi_texts labels, species, cohorts, people;
    uint8_t *sides;         /**< by image */
    uint32_t *person;       /**< by image: in people, which are sorted by their bytes */
    fvi_expected *expected; /**< by label; quality only */
    fvi_row *rows;
    size_t n_rows;
    fvi_people_by people_by;
    size_t n_contradictions; /**< FVI_PEOPLE_GENUINE: impostor pairs of one such person */
    size_t sides_cap, person_cap, rows_cap, expected_cap;
} fvi_manifest;

typedef struct fvi_manifest_options {
    const char *path;
    const char *root;   /**< NULL: the manifest's own folder */
    const char *labels; /**< CSV label,reason: what the labels of a quality set mean; or NULL */
    fvi_kind kind;      /**< FVI_KIND_ANY, or the only one that will do */
} fvi_manifest_options;

/**
 * Reads and checks everything but the images themselves.
 *
 * @return FV_OK; FV_E_ARG with "PATH:LINE: what is wrong": a column is missing, a label is bad, a
 *         path leaves the folder (absolute, "..", or a link that points out), a row comes twice;
 *         FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_manifest_load(fvi_manifest **out, const fvi_manifest_options *options,
                                         fv_error *err);
void fvi_manifest_free(fvi_manifest **manifest);

/** The field of a row, or NULL where the manifest has no such column. */
const char *fvi_manifest_field(const fvi_manifest *m, const fvi_csv_row *row, fvi_column column);

/** As FVI_PEOPLE_COLUMN and so on: "column". Static. */
const char *fvi_people_by_name(fvi_people_by by);

#endif
