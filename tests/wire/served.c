/* SPDX-License-Identifier: Apache-2.0 */
#include "served.h"

#include <arpa/inet.h>
#include <endian.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

typedef struct fake_model {
    char name[32];
    fv_versions versions;
} fake_model;

typedef struct fake_session {
    fvt_fake *fake;
} fake_session;

static fv_status fake_load(void *self, void **out, fv_error *err)
{
    fvt_fake *f = self;
    if (atomic_load(&f->load_fails)) return fvi_fail(err, FV_E_MODEL, "no such pack");
    fake_model *m = calloc(1, sizeof *m);
    if (m == NULL) return fvi_fail(err, FV_E_NOMEM, "model");
    (void)snprintf(m->name, sizeof m->name, "pack-%d", atomic_fetch_add(&f->loads, 1) + 1);
    m->versions = (fv_versions){.struct_size = sizeof m->versions,
                                .library = "0",
                                .pack_name = m->name,
                                .pack_sha256 = "00",
                                .calibration_id = "none"};
    atomic_fetch_add(&f->models, 1);
    *out = m;
    return FV_OK;
}

static void fake_unload(void *self, void *model)
{
    fvt_fake *f = self;
    atomic_fetch_sub(&f->models, 1);
    free(model);
}

static const fv_versions *fake_versions(const void *model)
{
    return &((const fake_model *)model)->versions;
}

static uint32_t fake_deadline(const void *model, const char *channel, uint32_t asked)
{
    (void)model;
    (void)channel;
    return asked;
}

static fv_status fake_open(void *self, void *model, void **out, fv_error *err)
{
    fake_session *s = calloc(1, sizeof *s);
    (void)model;
    if (s == NULL) return fvi_fail(err, FV_E_NOMEM, "session");
    s->fake = self;
    atomic_fetch_add(&s->fake->sessions, 1);
    *out = s;
    return FV_OK;
}

static void fake_close(void *self, void *session)
{
    fvt_fake *f = self;
    atomic_fetch_sub(&f->sessions, 1);
    free(session);
}

static fv_status fake_check(void *session, fv_error *err)
{
    fake_session *s = session;
    return atomic_load(&s->fake->check_fails) ? fvi_fail(err, FV_E_BACKEND, "check") : FV_OK;
}

static void hold(fvt_fake *f)
{
    atomic_fetch_add(&f->entered, 1);
    (void)pthread_mutex_lock(&f->lock);
    while (!f->open)
        (void)pthread_cond_wait(&f->opened, &f->lock);
    (void)pthread_mutex_unlock(&f->lock);
}

static fv_status fake_answer(void *session, const fvi_wire_request *q, uint32_t left_ms,
                             fvi_work *work, fv_error *err)
{
    fvt_fake *f = ((fake_session *)session)->fake;
    const char *what = q->subject_ref;

    (void)left_ms;
    atomic_fetch_add(&f->runs, 1);
    if (strcmp(q->channel, "nowhere") == 0)
        return fvi_fail_field(err, FV_E_ARG, "channel", "unknown channel");
    if (strncmp(what, "hold", 4) == 0) hold(f);
    if (strcmp(what, "broken") == 0) return fvi_fail(err, FV_E_BACKEND, "broken");
    if (strcmp(what, "late") == 0) return fvi_fail(err, FV_E_TIMEOUT, "late");
    if (strcmp(what, "hold-broken-once") == 0 && !atomic_exchange(&f->broke, true))
        return fvi_fail(err, FV_E_BACKEND, "broken once");
    work->verify.decision = FV_PASS;
    work->verify.similarity = 0.75f;
    work->liveness.liveness = FV_LIVENESS_LIVE;
    work->quality.usable = true;
    return FV_OK;
}

static void fake_differs(const void *model, char *what, size_t cap)
{
    (void)model;
    (void)snprintf(what, cap, "the colour of the door");
}

void fvt_prepare(fvt_served *s)
{
    fv_error err = {.code = FV_OK};

    memset(s, 0, sizeof *s);
    (void)pthread_mutex_init(&s->fake.lock, NULL);
    (void)pthread_cond_init(&s->fake.opened, NULL);
    assert_fv_ok(fvi_settings_load(&s->settings, NULL, NULL, 0, &err), &err);
    (void)snprintf(s->dir, sizeof s->dir, "/tmp/fv-served-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    (void)snprintf(s->binding, sizeof s->binding, "ipc://%s/b", s->dir);
    (void)snprintf(s->ops, sizeof s->ops, "ipc://%s/o", s->dir);
    fvi_service_settings *o = &s->settings.service;
    (void)snprintf(o->listen_binding, sizeof o->listen_binding, "%s", s->binding);
    (void)snprintf(o->listen_ops, sizeof o->listen_ops, "%s", s->ops);
    o->http[0] = '\0';
    o->workers = 2;
    o->probe_ms = 100;
    s->log_file = tmpfile();
    assert_non_null(s->log_file);
    assert_fv_ok(fvi_reqlog_open(&s->log, fileno(s->log_file), &err), &err);
}

fv_status fvt_try_start(fvt_served *s, fv_error *err)
{
    static const char *const channels[] = {"wechat", "counter"};
    fvi_backend backend = {&s->fake,  fake_load,  fake_unload, fake_versions, fake_deadline,
                           fake_open, fake_close, fake_check,  fake_answer,   fake_differs};
    fvi_server_options o = {.settings = &s->settings,
                            .backend = &backend,
                            .log = s->log,
                            .channels = channels,
                            .n_channels = 2};
    return fvi_server_start(&s->server, &o, err);
}

void fvt_start(fvt_served *s)
{
    fv_error err = {.code = FV_OK};
    assert_fv_ok(fvt_try_start(s, &err), &err);
}

void fvt_release(fvt_served *s)
{
    (void)pthread_mutex_lock(&s->fake.lock);
    s->fake.open = true;
    (void)pthread_cond_broadcast(&s->fake.opened);
    (void)pthread_mutex_unlock(&s->fake.lock);
}

/* Leaves nothing behind: neither sessions nor models nor files. */
void fvt_stop(fvt_served *s)
{
    fvt_release(s);
    fvi_server_destroy(&s->server);
    assert_int_equal(atomic_load(&s->fake.sessions), 0);
    assert_int_equal(atomic_load(&s->fake.models), 0);
    fvi_reqlog_close(&s->log);
    (void)fclose(s->log_file);
    assert_int_equal(rmdir(s->dir), 0);
    (void)pthread_cond_destroy(&s->fake.opened);
    (void)pthread_mutex_destroy(&s->fake.lock);
}

fvi_wire_request fvt_request(const char *id)
{
    static const uint8_t photo[] = {'p'};
    fvi_wire_request r = {.op = FVI_OP_VERIFY,
                          .channel = "wechat",
                          .subject_ref = "",
                          .consent_ref = "",
                          .birth_date = "",
                          .id_number = "",
                          .selfie = {photo, 1},
                          .record = {photo, 1},
                          .locale = FV_LOCALE_EN};
    (void)snprintf(r.request_id, sizeof r.request_id, "%s", id);
    return r;
}

fvi_link *fvt_link(const char *url)
{
    fv_error err = {.code = FV_OK};
    fvi_link *link = NULL;
    fvi_link_options o = {.url = url};
    assert_fv_ok(fvi_link_open(&link, &o, &err), &err);
    return link;
}

void fvt_ask(fvt_asked *a, fvi_link *link, const fvi_wire_request *request)
{
    fv_error err = {.code = FV_OK};
    uint8_t *bytes = NULL;
    size_t len = 0;

    *a = (fvt_asked){.link = link};
    assert_fv_ok(fvi_wire_request_encode(request, &bytes, &len, &err), &err);
    assert_fv_ok(fvi_exchange_create(&a->exchange, link, NULL, NULL, &err), &err);
    assert_fv_ok(fvi_exchange_start(a->exchange, (fv_bytes){bytes, len}, AWAIT_MS, &err), &err);
    free(bytes);
}

bool fvt_try_answer(fvt_asked *a)
{
    fv_error err = {.code = FV_OK};
    fv_bytes reply = {NULL, 0};
    fvi_exchange_wait(a->exchange);
    if (fvi_exchange_result(a->exchange, &reply, &err) != FV_OK) return false;
    return fvi_reply_decode(reply, &a->reply, &err) == FV_OK;
}

const Faceverify__Reply *fvt_answer(fvt_asked *a)
{
    if (!fvt_try_answer(a)) fail_msg("no reply");
    return fvi_reply_message(a->reply);
}

void fvt_forget(fvt_asked *a)
{
    fvi_reply_destroy(&a->reply);
    fvi_exchange_destroy(&a->exchange);
}

Faceverify__Status fvt_status_of(const char *url, const fvi_wire_request *request)
{
    fvi_link *link = fvt_link(url);
    fvt_asked a;
    fvt_ask(&a, link, request);
    Faceverify__Status status = fvt_answer(&a)->status;
    fvt_forget(&a);
    fvi_link_close(&link);
    return status;
}

double fvt_metric(fvt_served *s, const char *beginning)
{
    fv_error err = {.code = FV_OK};
    char *text = NULL;
    size_t len = 0;
    double sum = 0.0;

    assert_fv_ok(fvi_server_metrics(s->server, &text, &len, &err), &err);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strncmp(line, beginning, strlen(beginning)) == 0)
            sum += strtod(strrchr(line, ' ') + 1, NULL);
    }
    free(text);
    return sum;
}

void fvt_pause(void)
{
    static const struct timespec moment = {.tv_nsec = 1000000};
    (void)nanosleep(&moment, NULL);
}

void fvt_await_metric(fvt_served *s, const char *beginning, double least)
{
    uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
    while (fvt_metric(s, beginning) < least) {
        if (fvi_clock_us() > until)
            fail_msg("%s is %g, not %g", beginning, fvt_metric(s, beginning), least);
        fvt_pause();
    }
}

void fvt_await_metric_is(fvt_served *s, const char *beginning, double value)
{
    uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
    while (fvt_metric(s, beginning) != value) {
        if (fvi_clock_us() > until)
            fail_msg("%s is %g, not %g", beginning, fvt_metric(s, beginning), value);
        fvt_pause();
    }
}

void fvt_await_int(atomic_int *value, int least)
{
    uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
    while (atomic_load(value) < least) {
        if (fvi_clock_us() > until) fail_msg("%d, not %d", atomic_load(value), least);
        fvt_pause();
    }
}

int fvt_raw_open(const char *url)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bool ipc = strncmp(url, "ipc://", 6) == 0;
    int fd = socket(ipc ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
    int rc = -1;

    assert_true(fd >= 0);
    if (ipc) {
        (void)snprintf(un.sun_path, sizeof un.sun_path, "%s", url + 6);
        rc = connect(fd, (struct sockaddr *)&un, sizeof un);
    } else {
        in.sin_port = htons((uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10));
        rc = connect(fd, (struct sockaddr *)&in, sizeof in);
    }
    if (rc == 0) return fd;
    (void)close(fd);
    return -1;
}

static bool read_all(int fd, void *to, size_t n)
{
    uint8_t *at = to;
    while (n > 0) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, AWAIT_MS) != 1) return false;
        ssize_t got = read(fd, at, n);
        if (got <= 0) return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

static bool write_all(int fd, const void *from, size_t n)
{
    const uint8_t *at = from;
    while (n > 0) {
        ssize_t put = send(fd, at, n, MSG_NOSIGNAL);
        if (put <= 0) return false;
        at += put;
        n -= (size_t)put;
    }
    return true;
}

int fvt_raw_greet(const char *url)
{
    static const uint8_t ours[8] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};
    static const uint8_t theirs[8] = {0, 'S', 'P', 0, 0, 0x31, 0, 0};
    uint8_t got[8];

    int fd = fvt_raw_open(url);
    if (fd < 0) return -1;
    if (!write_all(fd, ours, sizeof ours) || !read_all(fd, got, sizeof got)) {
        (void)close(fd);
        return -1;
    }
    assert_memory_equal(got, theirs, sizeof got);
    return fd;
}

void fvt_raw_send(int fd, bool ipc, uint32_t id, fv_bytes message)
{
    uint8_t head[13] = {1};
    uint64_t len = htobe64(message.len + 4);
    uint32_t word = htobe32(0x80000000u | id);

    memcpy(head + 1, &len, sizeof len);
    memcpy(head + 9, &word, sizeof word);
    (void)write_all(fd, head + (ipc ? 0 : 1), ipc ? 13 : 12);
    (void)write_all(fd, message.data, message.len);
}

long fvt_raw_receive(int fd, bool ipc, uint32_t *id, uint8_t *buf, size_t cap)
{
    uint8_t head[13];
    uint64_t len = 0;
    uint32_t word = 0;

    if (!read_all(fd, head + (ipc ? 0 : 1), ipc ? 13 : 12)) return -1;
    memcpy(&len, head + 1, sizeof len);
    memcpy(&word, head + 9, sizeof word);
    len = be64toh(len) - 4;
    assert_true(len <= cap);
    if (!read_all(fd, buf, len)) return -1;
    *id = be32toh(word) & 0x7fffffffu;
    return (long)len;
}

bool fvt_logged(fvt_served *s, const char *text)
{
    char line[8192];
    bool found = false;
    FILE *f = s->log_file;

    /* a second description of the same file: the server's writes go on at their own place */
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(f));
    FILE *r = fopen(path, "r");
    assert_non_null(r);
    while (!found && fgets(line, sizeof line, r) != NULL)
        found = strstr(line, text) != NULL;
    (void)fclose(r);
    return found;
}
