/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reply.h"

/* The comparison's reasons speak of both photographs, whichever they are filed under. */
static const char *about(const fv_reason *r, const cli_told_words *w)
{
    if (r->code == FV_REASON_NOT_THE_SAME_PERSON || r->code == FV_REASON_SIMILARITY_UNCERTAIN)
        return w->about[0];
    return w->about[r->image == FV_SELFIE ? 1 : 2];
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

void cli_print_told(const cli_told *told, const cli_told_words *w, fv_locale locale, FILE *to)
{
    cli_column c = {.to = to};
    char text[512];

    if (told->n_reasons > 0) (void)fprintf(to, "\n%s\n", w->why);
    for (uint32_t i = 0; i < told->n_reasons; i++) {
        const fv_reason *r = &told->reasons[i];
        (void)fv_reason_text(r, locale, text, sizeof text);
        begin_item(&c, i + 1);
        if (about(r, w) != NULL) cli_print_wrapped(&c, about(r, w));
        cli_print_wrapped(&c, text);
        cli_print_tag(&c, w->tag, fv_reason_name(r->code));
    }
    if (told->n_remedies > 0) (void)fprintf(to, "\n%s\n", w->todo);
    for (uint32_t i = 0; i < told->n_remedies; i++) {
        begin_item(&c, i + 1);
        cli_print_wrapped(&c, fv_remedy_text_for(told->remedies[i], told->wording, locale));
        (void)fputc('\n', to);
    }
}
