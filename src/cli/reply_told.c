/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reply.h"

/* The comparison's reasons speak of both photographs, whichever they are filed under. */
static const char *about(const Faceverify__Reason *r, const cli_told_words *w)
{
    if (r->number == FV_REASON_NOT_THE_SAME_PERSON || r->number == FV_REASON_SIMILARITY_UNCERTAIN)
        return w->about[0];
    return w->about[r->image == FACEVERIFY__IMAGE__selfie ? 1 : 2];
}

static void begin_item(cli_column *c, unsigned number)
{
    c->indent = 5;
    c->at = (unsigned)fprintf(c->to, "  %u. ", number);
}

void cli_print_tag(cli_column *c, const char *tag, const char *name)
{
    char text[64];
    (void)snprintf(text, sizeof text, tag, name);
    cli_print_wrapped(c, text);
    (void)fputc('\n', c->to);
}

void cli_print_told(const cli_told *told, const cli_told_words *w, FILE *to)
{
    cli_column c = {.to = to};

    if (told->n_reasons > 0) (void)fprintf(to, "\n%s\n", w->why);
    for (size_t i = 0; i < told->n_reasons; i++) {
        const Faceverify__Reason *r = told->reasons[i];
        begin_item(&c, (unsigned)i + 1);
        if (about(r, w) != NULL) cli_print_wrapped(&c, about(r, w));
        cli_print_wrapped(&c, r->text);
        cli_print_tag(&c, w->tag, r->code);
    }
    if (told->n_remedies > 0) (void)fprintf(to, "\n%s\n", w->todo);
    for (size_t i = 0; i < told->n_remedies; i++) {
        begin_item(&c, (unsigned)i + 1);
        cli_print_wrapped(&c, told->remedy_texts[i]);
        (void)fputc('\n', to);
    }
}
