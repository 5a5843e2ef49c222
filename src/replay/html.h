/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of a page that needs nothing but itself. All texts are escaped. */
#ifndef FVI_REPLAY_HTML_H
#define FVI_REPLAY_HTML_H

#include <stdio.h>

#include <jansson.h>

/** Head and style; nothing in the page may be fetched from anywhere (Content-Security-Policy). */
void fvi_html_begin(FILE *to, const char *title);
void fvi_html_end(FILE *to);

/** Text with & < > " ' written so that they stay text. */
void fvi_html_text(FILE *to, const char *text);

void fvi_html_heading(FILE *to, const char *text);

/** Header cells up to NULL; a name that begins with '#' is a column of numbers. */
void fvi_html_table(FILE *to, const char *const *names);
/** The same, each row a card where the window is narrow. */
void fvi_html_cards(FILE *to, const char *const *names);
void fvi_html_table_end(FILE *to);

/** Cells of a row: <tr> and </tr> are the caller's. */
void fvi_html_cell(FILE *to, const char *text);
void fvi_html_number(FILE *to, double v, const char *format);
void fvi_html_whole(FILE *to, long long v);

/** "a;b" as "a, b"; `label` says what they are where a card has no column. */
void fvi_html_list(FILE *to, const char *list, const char *label);

/** A share as "1.90 %", its interval and its counts: three cells. */
void fvi_html_share(FILE *to, const json_t *share);

#endif
