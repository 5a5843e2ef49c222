/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bench.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "bench/local.h"
#include "bench/service.h"
#include "cli/progress.h"
#include "cli/source.h"

typedef cli_bench_args args;

static fv_status load_photos(args *a, fv_error *err)
{
    static const char *const fields[2] = {"selfie", "record_photo"};
    fv_status st = FV_OK;
    uint8_t *data[2] = {NULL, NULL};
    size_t len[2] = {0, 0};

    if (a->pairs != NULL) return fvi_bench_work_csv(&a->work, a->pairs, cli_read_photo, err);
    for (unsigned i = 0; i < 2; i++)
        FVI_TRY(cli_read_photo(a->paths[i], fields[i], &data[i], &len[i], err));
    st = fvi_bench_work_pair(&a->work, (fvi_bench_pair){{data[0], len[0]}, {data[1], len[1]}}, err);
    data[0] = data[1] = NULL;
out:
    free(data[0]);
    free(data[1]);
    return st;
}

typedef struct watcher {
    cli_progress *line;
    const fvi_bench_plan *plan;
} watcher;

static void show(void *cookie, const fvi_bench_progress *p)
{
    const watcher *w = cookie;
    char text[160], of[32] = "";
    double s = (double)p->elapsed_us * 1e-6;
    uint64_t total = p->warming ? w->plan->warmup_us : w->plan->duration_us;

    if (total > 0) (void)snprintf(of, sizeof of, " of %.0f", (double)total * 1e-6);
    if (p->warming)
        (void)snprintf(text, sizeof text, "warm-up, %.0f%s s", s, of);
    else
        (void)snprintf(text, sizeof text,
                       "%.0f%s s: %llu answered, %.1f/s, p50 %.1f, p99 %.1f ms, %llu BUSY, %llu "
                       "errors",
                       s, of, (unsigned long long)p->answered, s > 0 ? (double)p->answered / s : 0,
                       (double)p->p50_us * 1e-3, (double)p->p99_us * 1e-3,
                       (unsigned long long)p->busy, (unsigned long long)p->errors);
    cli_progress_line(w->line, text);
}

static int write_plot(const args *a, const fvi_bench_report *report)
{
    fv_error err = {.code = FV_OK};
    cli_target to = {.path = a->plot, .field = "plot"};
    char *svg = NULL;

    fv_status st = fvi_bench_plot(report, &svg, &err);
    if (st == FV_OK) st = cli_write_file(&to, (fv_bytes){(const uint8_t *)svg, strlen(svg)}, &err);
    free(svg);
    return st == FV_OK ? EXIT_YES : cli_tell_failure(&a->common, st, &err);
}

static int print(const args *a, const fvi_bench_report *report)
{
    const fvi_tally *t = &report->result->tally;
    fv_error err = {.code = FV_OK};
    int code = EXIT_YES;

    if (fvi_tally_answered(t) + fvi_tally_busy(t) == 0) {
        cli_error(&a->common, "nothing was answered%s%s", t->first_error.code != FV_OK ? ": " : "",
                  t->first_error.text);
        code = EXIT_FAULT;
    } else if (a->plot != NULL) {
        code = write_plot(a, report);
    }
    if (a->common.json) return cli_print_json(&a->common, fvi_bench_json(report), code);
    fv_status st = fvi_bench_text(report, stdout, &err);
    if (st != FV_OK) code = cli_tell_failure(&a->common, st, &err);
    return cli_finish(&a->common, code);
}

static fv_status measure(const args *a, const fvi_bench_target *target, fvi_bench_result *result,
                         fv_error *err)
{
    fv_status st = FV_OK;
    cli_progress progress = cli_progress_begin();
    watcher w = {&progress, &a->plan};
    fvi_bench_load load = {&a->plan, &a->work, target, {cli_progress_stop(), show, &w}};

    FVI_TRY(fvi_bench_try(&load, err));
    FVI_TRY(fvi_bench_run(&load, result, err));
out:
    cli_progress_end(&progress);
    return st;
}

/* What is put under load. */
typedef struct under_load {
    fvi_bench_target target;
    fvi_link_options link;
    fv_versions versions;
    fv_engine *engine; /* in this process, ... */
    fv_client *client; /* ... or a service, whose reply holds the versions */
    fv_client_reply *reply;
} under_load;

static fv_status start_engine(const args *a, under_load *u, fv_error *err)
{
    fv_status st = FV_OK;
    fv_engine_options wanted = cli_engine_options(&a->common);

    FVI_TRY(fv_engine_create(&u->engine, &wanted, err));
    FVI_TRY(fv_engine_versions(u->engine, &u->versions, err));
    u->target = fvi_bench_local(u->engine);
out:
    return st;
}

static fv_status find_service(const args *a, under_load *u, fv_error *err)
{
    fv_status st = FV_OK;
    fv_client_request info = FV_CLIENT_REQUEST_INIT;
    const fv_client_options o = cli_client_options(&a->common);

    FVI_TRY(fv_client_create(&u->client, &o, err));
    FVI_TRY(fv_client_info(u->client, &info, &u->reply, err));
    FVI_TRY(fv_client_reply_versions(u->reply, &u->versions, err));
    u->link = (fvi_link_options){.url = o.url,
                                 .tls_ca_file = o.tls_ca_file,
                                 .tls_cert_file = o.tls_cert_file,
                                 .tls_key_file = o.tls_key_file};
    u->target = fvi_bench_service(&u->link);
    u->target.pid = a->server_pid > 0 ? (int)a->server_pid : fvi_bench_service_pid(&u->link);
out:
    return st;
}

int cli_bench_run(args *a)
{
    fv_status st = FV_OK;
    under_load u = {.versions = FV_VERSIONS_INIT};
    cli_answer failed = {.versions = FV_VERSIONS_INIT};
    fvi_bench_result *result = calloc(1, sizeof *result);
    int code = EXIT_FAULT;

    if (result == NULL) FVI_TRY(fvi_fail(&failed.err, FV_E_NOMEM, "result"));
    if (a->plot != NULL) FVI_TRY(fvi_bench_plot_check(&failed.err));
    FVI_TRY(load_photos(a, &failed.err));
    FVI_TRY(a->common.url != NULL ? find_service(a, &u, &failed.err)
                                  : start_engine(a, &u, &failed.err));
    FVI_TRY(measure(a, &u.target, result, &failed.err));
    fvi_bench_report report = {u.target.name, &a->plan, &a->work, &u.versions, result};
    code = print(a, &report);
out:
    failed.status = st;
    if (st != FV_OK) code = cli_fail(&a->common, &failed);
    fv_client_reply_destroy(&u.reply);
    fv_client_destroy(&u.client);
    fv_engine_destroy(&u.engine);
    free(result);
    return code;
}
