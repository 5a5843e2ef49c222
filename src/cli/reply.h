/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The replies for people and for programs. Both are made from the messages of
 * proto/faceverify.proto, whether an engine in this process or a service has answered.
 */
#ifndef FVI_CLI_REPLY_H
#define FVI_CLI_REPLY_H

#include "cli/cli.h"
#include "faceverify.pb-c.h"

/** So many digits tell any float; cli_print_json() prints no more. */
enum { CLI_REAL_DIGITS = 9 };

/**
 * A message in protobuf's JSON mapping; texts and optional fields without a value are left out, and
 * where the status is not OK all that is zero. NULL: out of memory.
 */
json_t *cli_message_json(const ProtobufCMessage *message);

/** "PASS"; "" for a number that this version does not know. Static. */
const char *cli_enum_name(const ProtobufCEnumDescriptor *type, int value);

/** An optional number: NaN where it is not there. */
#define CLI_REAL(m, field) ((m)->has_##field##_case != 0 ? (m)->field : NAN)

/** What a failure is on the wire, where no service has said it. */
Faceverify__Status cli_wire_status(fv_status st);

/** What a reply tells the member. Borrowed. */
typedef struct cli_told {
    Faceverify__Reason *const *reasons;
    size_t n_reasons;
    char *const *remedy_texts;
    size_t n_remedies;
} cli_told;

/** Headings of what is told, and how a name for programs stands behind a text. */
typedef struct cli_told_words {
    const char *why, *todo, *tag;
    const char *about[3]; /**< both photographs, the selfie, the one on record; NULL = not said */
} cli_told_words;

/** Reasons and remedies, numbered. */
void cli_print_told(const cli_told *told, const cli_told_words *words, FILE *to);

/** A name for programs and colleagues behind a text, and the end of the line. */
void cli_print_tag(cli_column *c, const char *tag, const char *name);

/** The columns of the screen that UTF-8 takes. */
unsigned cli_width(const char *text);

/** VerifyReply: decision, reasons, remedies; what was measured where `details`. */
void cli_reply_text(const Faceverify__VerifyReply *m, fv_locale locale, bool details, FILE *to);

/** QualityReply: verdict, reasons, a table of the measures. */
void cli_quality_text(const Faceverify__Reply *reply, fv_locale locale, FILE *to);

/** LivenessReply: verdict, reasons. */
void cli_liveness_text(const Faceverify__Reply *reply, fv_locale locale, FILE *to);

/** With the score and its limit. */
void cli_liveness_details(const Faceverify__Reply *reply, fv_locale locale, FILE *to);

#endif
