/* SPDX-License-Identifier: Apache-2.0 */
/* Writes docs/channels.md from the table of channels and the shipped settings. */
#include <stdio.h>
#include <stdlib.h>

#include "verify/settings.h"

static const char before[] =
    "<!-- Written by `ninja docs-channels` from src/verify/channels.def: change that. -->\n"
    "# Channels\n"
    "\n"
    "A request names the channel that the binding happens on, and that channel's profile holds for "
    "it:\n"
    "which false match rates, whether liveness is asked for, how long it may take, to whom the "
    "remedies\n"
    "are said, and which of them come first. A name that is not in the table is `INVALID_REQUEST` "
    "with\n"
    "the field `channel`; names are compared byte by byte. A request without a channel has "
    "`policy.*`,\n"
    "`limits.deadline_ms` and the member's wording. `match` asks for no liveness on any channel, "
    "and\n"
    "`liveness` and `quality` alone have no channel.\n"
    "\n"
    "## Shipped profiles\n"
    "\n"
    "In brackets: left to `policy.*`, whose shipped value is shown; it follows where the policy is "
    "changed.\n";

static const char after[] =
    "\n"
    "## Settings\n"
    "\n"
    "Each value is a key of `channels.<name>` ([configuration.md](configuration.md)), in YAML and "
    "on the\n"
    "command line alike:\n"
    "\n"
    "```yaml\n"
    "channels:\n"
    "  nhsa-app: {match_fmr: 1e-4, deadline_ms: 4000}\n"
    "  counter:\n"
    "    remedies_first: REMOVE_GLASSES UNCOVER_FACE\n"
    "```\n"
    "\n"
    "- **Rates.** 0 leaves a rate to the policy. A channel's `review_fmr` may not be below its\n"
    "  `match_fmr`, as they are in force. A rate that the calibration or the liveness model does "
    "not\n"
    "  support is refused when the settings are loaded for use, with the key's name: "
    "`channels.wechat.match_fmr:\n"
    "  a false match rate of 1e-08 was not measured ...`. Rates become similarities once, when the "
    "engine\n"
    "  is created; `faceverify models` prints them.\n"
    "- **Liveness.** `required`, `off`, or `policy` for `policy.liveness`. Where it is required "
    "and "
    "the model\n"
    "  pack has no liveness network, nothing starts.\n"
    "- **Time.** `deadline_ms` is what a request has that names no time, and the most that it can "
    "have: one\n"
    "  that asks for more gets this much. 0 leaves it to `limits.deadline_ms`, which is no such "
    "upper limit.\n"
    "- **Wording.** `clerk` says the remedies to somebody who sees the member (\"Ask the person to "
    "...\");\n"
    "  texts of both: [reasons.md](reasons.md). Decisions and reasons are worded for the member on "
    "every\n"
    "  channel, as a clerk may show or read them out.\n"
    "- **Order.** Remedies stand as the reasons have them, what explains most first. Those named "
    "in\n"
    "  `remedies_first` come before the others where they are among them; none is added by it. "
    "`VISIT_COUNTER`\n"
    "  is always last and cannot be named, and at the counter itself it is never told.\n"
    "\n"
    "A larger rate passes more strangers: at 1e-4, one pair of different people in ten thousand "
    "([accuracy.md](accuracy.md)).\n"
    "All values marked as a choice above are to be set from the channel's own figures once there "
    "are some.\n";

static void print_rate(double own, double policy, FILE *to)
{
    (void)fprintf(to, own != 0.0 ? " %g |" : " (%g) |", own != 0.0 ? own : policy);
}

static const char *liveness_of(int policy)
{
    return policy == (int)FVI_LIVENESS_REQUIRED ? "required" : "off";
}

static void print_profile(const fvi_settings *s, int id, FILE *to)
{
    const fvi_profile *p = &s->channels[id];
    bool own = p->liveness != (int)FVI_LIVENESS_AS_POLICY;

    (void)fprintf(to, "| `%s` |", fvi_channel_infos[id].name);
    print_rate(p->match_fmr, s->policy.match_fmr, to);
    print_rate(p->review_fmr, s->policy.review_fmr, to);
    (void)fprintf(to, own ? " %s |" : " (%s) |",
                  liveness_of(own ? p->liveness : s->policy.liveness));
    print_rate(p->liveness_bpcer, s->policy.liveness_bpcer, to);
    (void)fprintf(to, " %lu | %s |\n",
                  (unsigned long)(p->deadline_ms != 0 ? p->deadline_ms : s->limits.deadline_ms),
                  p->wording == (int)FV_WORDING_CLERK ? "clerk" : "member");
}

static void print_why(const fvi_settings *s, int id, FILE *to)
{
    const fvi_profile *p = &s->channels[id];

    (void)fprintf(to, "\n**%s.** %s\n", fvi_channel_infos[id].name, fvi_channel_infos[id].why);
    if (p->remedies_first[0] == '\0') return;
    (void)fprintf(to, "\nRemedies first: `%s`.\n", p->remedies_first);
}

static void print_all(const fvi_settings *s, FILE *to)
{
    (void)fputs(before, to);
    (void)fputs("\n| channel | match FMR | review FMR | liveness | liveness BPCER | time, ms | "
                "wording |\n|---|---|---|---|---|---|---|\n",
                to);
    for (int i = 0; i < FVI_CHANNEL_COUNT; i++)
        print_profile(s, i, to);
    for (int i = 0; i < FVI_CHANNEL_COUNT; i++)
        print_why(s, i, to);
    (void)fputs(after, to);
}

int main(void)
{
    fvi_settings shipped;
    fv_error err = {.code = FV_OK};

    if (fvi_settings_load(&shipped, NULL, NULL, 0, &err) != FV_OK) {
        (void)fprintf(stderr, "channels_doc: %s\n", err.text);
        return EXIT_FAILURE;
    }
    print_all(&shipped, stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
