/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "server/url.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "faceverify/bytes.h"

#define BLANKS " \t"

static const struct {
    const char *scheme;
    fvi_transport transport;
} schemes[] = {{"ipc://", FVI_IPC}, {"tcp://", FVI_TCP}, {"tls+tcp://", FVI_TLS}};

const char *fvi_caller_name(fvi_caller caller)
{
    return caller == FVI_CALLER_OPS ? "ops" : "binding";
}

static const char *after_scheme(const fvi_url *url)
{
    return url->text + strlen(schemes[url->transport].scheme);
}

const char *fvi_url_path(const fvi_url *url)
{
    return after_scheme(url);
}

static fv_status wrong(fv_error *err, const char *setting, const char *url, const char *why)
{
    return fvi_fail(err, FV_E_CONFIG, "service.%s: '%s': %s", setting, url, why);
}

static fv_status check_path(const fvi_url *url, const char *setting, fv_error *err)
{
    const char *path = fvi_url_path(url);

    if (path[0] != '/') return wrong(err, setting, url->text, "ipc:// takes an absolute path");
    if (path[strlen(path) - 1] == '/') return wrong(err, setting, url->text, "names no file");
    if (strlen(path) > FVI_IPC_PATH_MAX)
        return wrong(err, setting, url->text, "the path is longer than 88 bytes");
    return FV_OK;
}

/* Whether the host is a numeric address, localhost or *, and whether only this machine reaches it.
 */
static bool read_host(const char *host, bool *loopback)
{
    struct in_addr v4;
    struct in6_addr v6;
    char bare[INET6_ADDRSTRLEN + 1];
    size_t n = strlen(host);

    *loopback = false;
    if (n == 0 || strcmp(host, "*") == 0) return true;
    if (strcmp(host, "localhost") == 0) {
        *loopback = true;
        return true;
    }
    if (inet_pton(AF_INET, host, &v4) == 1) {
        *loopback = ntohl(v4.s_addr) >> 24 == 127;
        return true;
    }
    if (host[0] != '[' || host[n - 1] != ']' || n - 2 >= sizeof bare) return false;
    memcpy(bare, host + 1, n - 2);
    bare[n - 2] = '\0';
    if (inet_pton(AF_INET6, bare, &v6) != 1) return false;
    *loopback = IN6_IS_ADDR_LOOPBACK(&v6);
    return true;
}

static bool read_port(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 0 && n <= 5 && text[n] == '\0' && strtoul(text, NULL, 10) <= 65535;
}

static fv_status check_address(fvi_url *url, const char *setting, fv_error *err)
{
    char host[FVI_URL_CAP];
    const char *rest = after_scheme(url);
    const char *colon = strrchr(rest, ':');

    if (colon == NULL || !read_port(colon + 1))
        return wrong(err, setting, url->text, "HOST:PORT must follow, PORT 0 (any) to 65535");
    memcpy(host, rest, (size_t)(colon - rest));
    host[colon - rest] = '\0';
    if (!read_host(host, &url->loopback))
        return wrong(err, setting, url->text,
                     "HOST is a numeric address (IPv6 in brackets), localhost, or * for all");
    return FV_OK;
}

/* Whether the blank-separated `list` has exactly this word. */
static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = list + strspn(list, BLANKS); *at != '\0'; at += strspn(at, BLANKS)) {
        size_t len = strcspn(at, BLANKS);
        if (len == n && memcmp(at, word, n) == 0) return true;
        at += len;
    }
    return false;
}

static fv_status check_tls(const fvi_service_settings *s, const char *setting, const fvi_url *url,
                           fv_error *err)
{
    const char *missing = NULL;

    if (s->tls_cert_file[0] == '\0')
        missing = "needs service.tls_cert_file";
    else if (s->tls_key_file[0] == '\0')
        missing = "needs service.tls_key_file";
    else if (url->caller == FVI_CALLER_BINDING && s->tls_ca_file[0] == '\0')
        missing = "needs service.tls_ca_file, which clients are checked against";
    else if (url->caller == FVI_CALLER_OPS && s->ops_tls_ca_file[0] == '\0')
        missing = "needs service.ops_tls_ca_file, which clients are checked against";
    return missing != NULL ? wrong(err, setting, url->text, missing) : FV_OK;
}

static fv_status check_url(const fvi_service_settings *s, const char *setting, fvi_url *url,
                           fv_error *err)
{
    fv_status st = FV_OK;

    if (url->transport == FVI_IPC) return check_path(url, setting, err);
    FVI_TRY(check_address(url, setting, err));
    if (url->transport == FVI_TLS) FVI_TRY(check_tls(s, setting, url, err));
    if (url->transport == FVI_TCP && !url->loopback && !has_word(s->plain_tcp, url->text))
        st = wrong(err, setting, url->text,
                   "beyond loopback without TLS; use tls+tcp://, or name this URL in "
                   "service.plain_tcp");
out:
    return st;
}

static fv_status add(const fvi_service_settings *s, const char *setting, fv_bytes word,
                     fvi_urls *urls, fv_error *err)
{
    fvi_url url = {.caller =
                       setting[strlen("listen_")] == 'o' ? FVI_CALLER_OPS : FVI_CALLER_BINDING};
    size_t kind = 0;
    size_t n = word.len;

    if (urls->n == FVI_URLS_MAX)
        return fvi_fail(err, FV_E_CONFIG, "service.%s: more than %d URLs", setting, FVI_URLS_MAX);
    if (n >= sizeof url.text)
        return fvi_fail(err, FV_E_CONFIG, "service.%s: '%.40s...': longer than %zu bytes", setting,
                        (const char *)word.data, sizeof url.text - 1);
    memcpy(url.text, word.data, n);
    while (kind < sizeof schemes / sizeof schemes[0] &&
           strncmp(url.text, schemes[kind].scheme, strlen(schemes[kind].scheme)) != 0)
        kind++;
    if (kind == sizeof schemes / sizeof schemes[0])
        return wrong(err, setting, url.text,
                     "is not ipc://PATH, tcp://HOST:PORT or tls+tcp://HOST:PORT");
    url.transport = schemes[kind].transport;
    for (size_t i = 0; i < urls->n; i++) {
        if (strcmp(urls->items[i].text, url.text) == 0)
            return wrong(err, setting, url.text, "given twice");
    }
    fv_status st = check_url(s, setting, &url, err);
    if (st == FV_OK) urls->items[urls->n++] = url;
    return st;
}

static fv_status read_list(const fvi_service_settings *s, const char *setting, const char *list,
                           fvi_urls *urls, fv_error *err)
{
    fv_status st = FV_OK;

    for (const char *at = list + strspn(list, BLANKS); *at != '\0'; at += strspn(at, BLANKS)) {
        size_t n = strcspn(at, BLANKS);
        FVI_TRY(add(s, setting, (fv_bytes){(const uint8_t *)at, n}, urls, err));
        at += n;
    }
out:
    return st;
}

/* A URL that is allowed but not listened on is a slip of the pen. */
static fv_status check_plain(const fvi_service_settings *s, const fvi_urls *urls, fv_error *err)
{
    const char *list = s->plain_tcp;

    for (const char *at = list + strspn(list, BLANKS); *at != '\0'; at += strspn(at, BLANKS)) {
        size_t n = strcspn(at, BLANKS);
        size_t i = 0;
        while (i < urls->n &&
               (strlen(urls->items[i].text) != n || strncmp(urls->items[i].text, at, n) != 0))
            i++;
        if (i == urls->n)
            return fvi_fail(err, FV_E_CONFIG,
                            "service.plain_tcp: '%.*s': no setting listens on this URL", (int)n,
                            at);
        at += n;
    }
    return FV_OK;
}

static fv_status read_mode(const char *setting, const char *text, unsigned *mode, fv_error *err)
{
    size_t n = strspn(text, "01234567");

    if (n < 3 || n > 4 || text[n] != '\0')
        return wrong(err, setting, text, "three or four octal digits, as 0660");
    *mode = (unsigned)strtoul(text, NULL, 8);
    if (*mode > 0777 || (*mode & 0600) != 0600)
        return wrong(err, setting, text,
                     "between 0600 and 0777: the service itself must be able to call");
    return FV_OK;
}

fv_status fvi_urls_read(const fvi_service_settings *s, fvi_urls *out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_urls urls = {.n = 0};

    FVI_TRY(read_list(s, "listen_binding", s->listen_binding, &urls, err));
    FVI_TRY(read_list(s, "listen_ops", s->listen_ops, &urls, err));
    if (urls.n == 0) {
        st = fvi_fail(err, FV_E_CONFIG,
                      "service.listen_binding: no URL to listen on; give one there or with "
                      "--listen, as ipc:///run/faceverify/binding.sock");
        goto out;
    }
    FVI_TRY(check_plain(s, &urls, err));
    FVI_TRY(read_mode("ipc_mode", s->ipc_mode, &urls.ipc_mode[FVI_CALLER_BINDING], err));
    FVI_TRY(read_mode("ops_ipc_mode", s->ops_ipc_mode, &urls.ipc_mode[FVI_CALLER_OPS], err));
    *out = urls;
out:
    return st;
}
