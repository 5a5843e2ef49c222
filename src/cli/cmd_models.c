/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/error.h"
#include "cli/cli.h"
#include "verify/engine.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    cli_common *c = state->input;

    (void)arg;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = c;
        return 0;
    }
    if (key != ARGP_KEY_ARG) return ARGP_ERR_UNKNOWN;
    (void)fvi_fail_field(&c->usage, FV_E_ARG, "command_line",
                         "takes no argument; name the folder with --models");
    return EINVAL;
}

static json_t *network_json(const fvi_pack_net *n)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:[i,i,i,i], s:s, s:s}", "role", fvi_role_name(n->role),
                     "name", n->name, "file", n->file, "sha256", n->sha256, "input",
                     n->input_dims[0], n->input_dims[1], n->input_dims[2], n->input_dims[3],
                     "licence", n->licence, "source", n->source);
}

static json_t *rates_json(const fvi_cohort *c)
{
    json_t *rates = json_array();
    for (size_t i = 0; i < c->n_rates; i++)
        (void)json_array_append_new(rates,
                                    json_pack("{s:f, s:f, s:I, s:f}", "fmr", c->rates[i].fmr,
                                              "similarity", c->rates[i].similarity, "false_matches",
                                              (json_int_t)c->rates[i].false_matches, "fmr_upper95",
                                              c->rates[i].fmr_upper95));
    return rates;
}

static json_t *channels_json(const fv_engine *e)
{
    json_t *channels = json_array();
    for (int i = 0; i < FVI_CHANNEL_COUNT; i++) {
        const fvi_channel *c = &e->channels[i];
        (void)json_array_append_new(
            channels,
            json_pack("{s:s, s:f, s:f, s:f, s:f, s:b, s:f, s:I}", "name", c->name, "match_fmr",
                      c->match_fmr, "match_similarity", (double)c->match_similarity, "review_fmr",
                      c->review_fmr, "review_similarity", (double)c->review_similarity, "liveness",
                      (int)c->liveness, "liveness_bpcer", c->liveness_bpcer, "deadline_ms",
                      (json_int_t)c->deadline_ms));
    }
    return channels;
}

static json_t *models_json(const fv_engine *e)
{
    json_t *nets = json_array();
    json_t *cohorts = json_array();
    char dir[CLI_PATH_CAP];

    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        if (e->pack->nets[i].onnx.data != NULL)
            (void)json_array_append_new(nets, network_json(&e->pack->nets[i]));
    }
    for (size_t i = 0; i < e->calibration.n_cohorts; i++) {
        const fvi_cohort *c = &e->calibration.cohorts[i];
        (void)json_array_append_new(
            cohorts,
            json_pack("{s:s, s:s, s:I, s:I, s:b, s:o}", "name", c->name, "set", c->set, "people",
                      (json_int_t)c->people, "impostor_pairs", (json_int_t)c->impostor_pairs,
                      "sets_policy", (int)c->sets_policy, "rates", rates_json(c)));
    }
    cli_show_path(e->pack->dir, dir, sizeof dir);
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:f, s:f, s:f, s:f, s:o}", "pack",
                     e->pack->name, "pack_sha256", e->pack->sha256, "dir", dir, "networks", nets,
                     "calibration_id", e->calibration.id, "cohorts", cohorts, "match_fmr",
                     e->settings.policy.match_fmr, "match_similarity",
                     (double)e->policy.match_similarity, "review_fmr",
                     e->settings.policy.review_fmr, "review_similarity",
                     (double)e->policy.review_similarity, "channels", channels_json(e));
}

static void print_cohort(const fvi_cohort *c)
{
    (void)printf("  %-12s %s: %llu people, %llu impostor pairs%s\n", c->name, c->set,
                 (unsigned long long)c->people, (unsigned long long)c->impostor_pairs,
                 c->sets_policy ? "" : " (informs, sets no policy)");
    for (size_t i = 0; i < c->n_rates; i++)
        (void)printf("    FMR %-8g at similarity %.4f  (seen %llu, at most %.3g with 95 %% "
                     "confidence)\n",
                     c->rates[i].fmr, c->rates[i].similarity,
                     (unsigned long long)c->rates[i].false_matches, c->rates[i].fmr_upper95);
}

static void print_in_force(const fvi_channel *c)
{
    (void)printf("  %-10s pass from similarity %.4f (FMR %g), review from %.4f (FMR %g), ",
                 c->name[0] != '\0' ? c->name : "none", (double)c->match_similarity, c->match_fmr,
                 (double)c->review_similarity, c->review_fmr);
    if (c->liveness)
        (void)printf("live from %.4f (BPCER %g)\n", (double)c->live_limits.live, c->liveness_bpcer);
    else
        (void)puts("no liveness");
}

static void print_models(const fv_engine *e)
{
    (void)printf("Pack %s in %s\n  pack.json sha256 %s\n\n", e->pack->name, e->pack->dir,
                 e->pack->sha256);
    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        const fvi_pack_net *n = &e->pack->nets[i];
        if (n->onnx.data == NULL) continue;
        (void)printf("  %-10s %-28s %dx%dx%-4d sha256 %.16s...  %s\n", fvi_role_name(n->role),
                     n->file, n->input_dims[3], n->input_dims[2], n->input_dims[1], n->sha256,
                     n->licence);
    }
    (void)printf("\nCalibration %s of %s\n", e->calibration.id, e->calibration.date);
    for (size_t i = 0; i < e->calibration.n_cohorts; i++)
        print_cohort(&e->calibration.cohorts[i]);
    (void)printf("\nIn force, by channel (worst cohort at each rate)\n");
    print_in_force(&e->policy);
    for (int i = 0; i < FVI_CHANNEL_COUNT; i++)
        print_in_force(&e->channels[i]);
}

int cmd_models(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        NULL,
        parse,
        "",
        "What is loaded: networks with their hashes, the calibration and the thresholds in force.\v"
        "Checks every hash. Exit code: 0 all good, 2 the command line or the settings are wrong, 3 "
        "a model is missing or damaged (it is named).",
        children,
        NULL,
        NULL};
    cli_common c = cli_common_init("models");
    fv_engine *engine = NULL;
    cli_answer answer = {.status = FV_OK};

    int code = cli_parse(&c, &argp, argc, argv, &c);
    if (code != CLI_GO_ON) return code;
    fv_engine_options options = cli_engine_options(&c);
    answer.status = fv_engine_create(&engine, &options, &answer.err);
    if (answer.status != FV_OK) return cli_fail(&c, &answer);
    if (c.json) {
        code = cli_print_json(&c, models_json(engine), EXIT_YES);
    } else {
        print_models(engine);
        code = cli_finish(&c, EXIT_YES);
    }
    fv_engine_destroy(&engine);
    return code;
}
