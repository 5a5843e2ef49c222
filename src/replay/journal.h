/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an interrupted run had done. One record an image, appended whole, with a checksum: a record
 * that was torn off by the end of the run is thrown away on opening. The key at its head names
 * everything that an image's result depends on (set, networks, calibration, settings, version): a
 * journal of another key is refused.
 *
 * Templates of faces stand in it, never pictures. It is readable to its owner only, and removed
 * when the run is through.
 */
#ifndef FVI_REPLAY_JOURNAL_H
#define FVI_REPLAY_JOURNAL_H

#include "replay/images.h"

/**
 * Opens `path`, creating it where there is none.
 *
 * @param key     64 hexadecimal digits
 * @param resume  false: a journal that has records already is refused, not overwritten
 * @param images  takes what the records say
 * @return FV_OK; FV_E_ARG (another key; there is an interrupted run; another process has it open;
 *         it cannot be created), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_journal_open(fvi_journal **out, const char *path, const char *key,
                                        bool resume, fvi_images *images, fv_error *err);

/** What came out for image i. Thread-safe. */
FV_NODISCARD fv_status fvi_journal_add(fvi_journal *journal, const fvi_images *images, size_t i,
                                       fv_error *err);

/** Everything added so far is on the disk. Thread-safe. */
FV_NODISCARD fv_status fvi_journal_flush(fvi_journal *journal, fv_error *err);

/** Closes; with `finished` the file is removed. */
void fvi_journal_close(fvi_journal **journal, bool finished);

#endif
