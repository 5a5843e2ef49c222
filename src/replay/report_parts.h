/* SPDX-License-Identifier: Apache-2.0 */
/* Part of report.c: its sections. */
#ifndef FVI_REPLAY_REPORT_PARTS_H
#define FVI_REPLAY_REPORT_PARTS_H

#include "replay/html.h"
#include "replay/report.h"

/** o.a.b for "a", "b"; NULL where there is none. */
const json_t *fvi_at(const json_t *o, const char *a, const char *b);
const char *fvi_text_at(const json_t *o, const char *a, const char *b);

void fvi_report_figures(FILE *to, const json_t *summary);
void fvi_report_cohorts(FILE *to, const json_t *summary);
FV_NODISCARD fv_status fvi_report_plots(FILE *to, const fvi_report *r, fv_error *err);
/** {"label": {"NAME": count}} as one table, labels across, the most frequent name first. */
void fvi_report_counts(FILE *to, const json_t *by_label, const char *what);
void fvi_report_answers(FILE *to, const json_t *summary);
void fvi_report_worst(FILE *to, const fvi_report *r);
void fvi_report_files(FILE *to, const json_t *summary);
void fvi_report_machine(FILE *to, const json_t *summary);
/** What changed since the baseline, and the conditions; nothing where there were none. */
void fvi_report_changes(FILE *to, const json_t *summary);
void fvi_report_conditions(FILE *to, const json_t *summary);

#endif
