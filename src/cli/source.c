/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A service that does not run is told after this time. */
enum { CONNECT_MS = 3000 };

struct cli_source {
    const cli_common *common;
    fv_engine *engine;
    fv_session *session;
    fv_client *client; /* NULL = the engine */
};

enum { OPT_URL = 512, OPT_TLS_CA, OPT_TLS_CERT, OPT_TLS_KEY };

static const struct argp_option options[] = {
    {"url", OPT_URL, "URL", 0,
     "Ask a running service: ipc:///path, tcp://host:port or tls+tcp://host:port", 15},
    {"tls-ca", OPT_TLS_CA, "FILE", 0, "Who may have signed the service's certificate (PEM)", 15},
    {"tls-cert", OPT_TLS_CERT, "FILE", 0, "Certificate to be known by (PEM)", 15},
    {"tls-key", OPT_TLS_KEY, "FILE", 0, "Its key (PEM)", 15},
    {0},
};

static error_t check(cli_common *c)
{
    const bool tls = c->tls_ca != NULL || c->tls_cert != NULL || c->tls_key != NULL;

    if (c->help) return 0;
    if (c->url == NULL)
        return tls ? cli_wrong(c, "url", "certificates are for --url tls+tcp://") : 0;
    if (c->config_path != NULL || c->n_overrides > 0)
        return cli_wrong(c, "url",
                         "the service has its own settings: no --config, --set, --models");
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    cli_common *c = state->input;

    switch (key) {
    case OPT_URL:
        c->url = arg;
        return 0;
    case OPT_TLS_CA:
        c->tls_ca = arg;
        return 0;
    case OPT_TLS_CERT:
        c->tls_cert = arg;
        return 0;
    case OPT_TLS_KEY:
        c->tls_key = arg;
        return 0;
    case ARGP_KEY_END:
        return check(c);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_service_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

static fv_status open_engine(cli_source *s, fv_versions *versions, fv_error *err)
{
    fv_status st = FV_OK;
    fv_engine_options wanted = cli_engine_options(s->common);

    FVI_TRY(fv_engine_create(&s->engine, &wanted, err));
    FVI_TRY(fv_engine_versions(s->engine, versions, err));
    FVI_TRY(fv_session_create(&s->session, s->engine, err));
out:
    return st;
}

fv_client_options cli_client_options(const cli_common *c)
{
    fv_client_options o = FV_CLIENT_OPTIONS_INIT;

    o.url = c->url;
    o.tls_ca_file = c->tls_ca;
    o.tls_cert_file = c->tls_cert;
    o.tls_key_file = c->tls_key;
    o.connect_ms = CONNECT_MS;
    return o;
}

static fv_status open_client(cli_source *s, fv_error *err)
{
    const fv_client_options o = cli_client_options(s->common);

    return fv_client_create(&s->client, &o, err);
}

fv_status cli_source_open(cli_source **out, const cli_common *c, fv_versions *versions,
                          fv_error *err)
{
    cli_source *s = calloc(1, sizeof *s);

    if (s == NULL) return fvi_fail(err, FV_E_NOMEM, "the engine");
    s->common = c;
    fv_status st = c->url != NULL ? open_client(s, err) : open_engine(s, versions, err);
    *out = s; /* also half open: the versions of a failure lie in the engine */
    return st;
}

void cli_source_close(cli_source **source)
{
    cli_source *s = *source;

    if (s == NULL) return;
    fv_client_destroy(&s->client);
    fv_session_destroy(&s->session);
    fv_engine_destroy(&s->engine);
    free(s);
    *source = NULL;
}

fv_session *cli_source_session(cli_source *source)
{
    return source->session;
}

static fv_status make(fvi_wire_reply *like, const cli_common *c, cli_answer *a)
{
    like->locale = c->locale;
    like->scores = true;
    like->versions = &a->versions;
    fv_status st = fvi_answer_create(&a->made, like, &a->err);
    if (st == FV_OK) a->message = fvi_answer_message(a->made);
    return st;
}

fv_status cli_source_take_quality(const fv_quality_result *quality, fv_image kind,
                                  const cli_common *c, cli_answer *a)
{
    fvi_wire_reply like = {.op = FVI_OP_QUALITY, .quality = quality, .kind = kind};
    return make(&like, c, a);
}

static fv_status run_engine(cli_source *s, fvi_op op, const fv_client_request *r, cli_answer *a)
{
    fv_status st = FV_OK;
    fv_request request = FV_REQUEST_INIT;
    fv_result result = FV_RESULT_INIT;
    fv_liveness_result liveness = FV_LIVENESS_RESULT_INIT;
    fv_quality_result quality = FV_QUALITY_RESULT_INIT;
    fvi_wire_reply like = {
        .op = op, .result = &result, .liveness = &liveness, .quality = &quality, .kind = r->kind};

    request.deadline_ms = r->deadline_ms;
    request.selfie = r->selfie;
    request.record = r->record;
    request.birth_date = r->birth_date;
    request.id_number = r->id_number;
    request.channel = r->channel;
    if (op == FVI_OP_VERIFY)
        st = fv_verify(s->session, &request, &result, &a->err);
    else if (op == FVI_OP_MATCH)
        st = fv_match(s->session, &request, &result, &a->err);
    else if (op == FVI_OP_LIVENESS)
        st = fv_liveness(s->session, r->selfie, &liveness, &a->err);
    else
        st = fv_quality(s->session, r->selfie, r->kind, &quality, &a->err);
    return st == FV_OK ? make(&like, s->common, a) : st;
}

/* Which exit code and which hint a service's failure deserves. */
static fv_status status_of(fv_service_status answered)
{
    switch (answered) {
    case FV_SERVICE_OK:
        return FV_OK;
    case FV_SERVICE_INVALID_REQUEST:
        return FV_E_ARG;
    case FV_SERVICE_TOO_LARGE:
        return FV_E_LIMIT;
    case FV_SERVICE_DEADLINE_EXCEEDED:
        return FV_E_TIMEOUT;
    default:
        return FV_E_BACKEND;
    }
}

static fv_status run_client(cli_source *s, fvi_op op, fv_client_request *r, cli_answer *a)
{
    fv_status st = FV_OK;

    r->locale = s->common->locale;
    if (op == FVI_OP_VERIFY)
        st = fv_client_verify(s->client, r, &a->came, &a->err);
    else if (op == FVI_OP_MATCH)
        st = fv_client_match(s->client, r, &a->came, &a->err);
    else if (op == FVI_OP_LIVENESS)
        st = fv_client_liveness(s->client, r, &a->came, &a->err);
    else
        st = fv_client_quality(s->client, r, &a->came, &a->err);
    if (st != FV_OK) return st;
    a->message = fvi_client_message(a->came);
    st = status_of(fv_client_reply_status(a->came));
    if (st == FV_OK) return FV_OK;
    const char *text = fv_client_reply_message(a->came);
    if (text[0] == '\0') text = "the service could not answer";
    const bool of_service = st == FV_E_BACKEND; /* the others are known by their exit code */
    return fvi_fail_field(&a->err, st, fv_client_reply_field(a->came), "%s%s%s%s", text,
                          of_service ? " (" : "",
                          of_service ? fvi_answered_name((fvi_answered)a->message->status) : "",
                          of_service ? ")" : "");
}

void cli_source_ask(cli_source *source, fvi_op op, const fv_client_request *request, cli_answer *a)
{
    fv_client_request r = *request;

    a->status =
        source->client != NULL ? run_client(source, op, &r, a) : run_engine(source, op, &r, a);
}

void cli_answer_free(cli_answer *a)
{
    fvi_answer_destroy(&a->made);
    fv_client_reply_destroy(&a->came);
    a->message = NULL;
}
