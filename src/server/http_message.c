/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 9112, of which operations need: GET and HEAD, no body, one request a connection. */
#define _POSIX_C_SOURCE 200809L
#include "server/http_message.h"

#include <string.h>
#include <strings.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

typedef struct piece {
    const char *at;
    size_t len;
} piece;

static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

const char *fvi_http_phrase(int status)
{
    for (size_t i = 0; i < LENGTH(phrases); i++)
        if (phrases[i].status == status) return phrases[i].phrase;
    return "";
}

static bool is(piece p, const char *word)
{
    return p.len == strlen(word) && memcmp(p.at, word, p.len) == 0;
}

/* Up to the separator, which is skipped; the rest where there is none. */
static piece cut(piece *rest, char separator)
{
    const char *end = rest->len > 0 ? memchr(rest->at, separator, rest->len) : NULL;
    piece p = *rest;

    if (end == NULL) {
        rest->at += rest->len;
        rest->len = 0;
        return p;
    }
    p.len = (size_t)(end - p.at);
    rest->at = end + 1;
    rest->len -= p.len + 1;
    return p;
}

static piece cut_line(piece *rest)
{
    piece line = cut(rest, '\n');
    if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
    return line;
}

/* A client may send "http://host/path" in place of "/path". */
static piece path_of(piece target)
{
    static const char scheme[] = "http://";
    const size_t n = sizeof scheme - 1;

    if (target.len >= n && strncasecmp(target.at, scheme, n) == 0) {
        const char *slash = memchr(target.at + n, '/', target.len - n);
        size_t skip = slash == NULL ? target.len : (size_t)(slash - target.at);
        target.at += skip;
        target.len -= skip;
    }
    return cut(&target, '?');
}

/* Every line NAME: VALUE; one Host, which HTTP/1.1 demands. */
static bool fields_are_good(piece fields, bool want_host)
{
    size_t hosts = 0;

    while (fields.len > 0) {
        piece value = cut_line(&fields);
        if (value.len == 0) break;
        if (memchr(value.at, ':', value.len) == NULL) return false;
        piece name = cut(&value, ':');
        if (name.len == 0 || memchr(name.at, ' ', name.len) != NULL) return false;
        if (name.len == 4 && strncasecmp(name.at, "host", 4) == 0) hosts++;
    }
    return hosts == 1 || (hosts == 0 && !want_host);
}

static int page_of(piece path, fvi_http_page *page)
{
    if (is(path, "/healthz"))
        *page = FVI_HTTP_HEALTHZ;
    else if (is(path, "/readyz"))
        *page = FVI_HTTP_READYZ;
    else if (is(path, "/metrics"))
        *page = FVI_HTTP_METRICS;
    else
        return 404;
    return 200;
}

static fvi_http_request read_head(piece rest)
{
    fvi_http_request r = {.status = 400};
    piece line = cut_line(&rest);
    piece method = cut(&line, ' ');
    piece target = cut(&line, ' ');
    piece version = line;

    if (method.len == 0 || target.len == 0 || version.len < 5) return r;
    if (memcmp(version.at, "HTTP/", 5) != 0) return r;
    r.status = 505;
    if (!is(version, "HTTP/1.0") && !is(version, "HTTP/1.1")) return r;
    r.status = 400;
    if (!fields_are_good(rest, is(version, "HTTP/1.1"))) return r;
    r.status = page_of(path_of(target), &r.page);
    r.head = is(method, "HEAD");
    if (r.status == 200 && !r.head && !is(method, "GET")) r.status = 405;
    return r;
}

/* Length of the head with its empty line; 0 = it has not ended. */
static size_t head_length(const char *in, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) {
        if (in[i] != '\n') continue;
        if (in[i + 1] == '\n') return i + 2;
        if (i + 2 < n && in[i + 1] == '\r' && in[i + 2] == '\n') return i + 3;
    }
    return 0;
}

fvi_http_request fvi_http_parse(const char *in, size_t n)
{
    size_t limit = n < FVI_HTTP_HEAD_MAX ? n : FVI_HTTP_HEAD_MAX;
    size_t len = head_length(in, limit);
    size_t seen = len > 0 ? len : limit;

    for (size_t i = 0; i < seen; i++) { /* not HTTP: no need to wait for its end */
        unsigned char c = (unsigned char)in[i];
        if ((c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
            return (fvi_http_request){.status = 400};
    }
    if (len == 0) return (fvi_http_request){.status = n < FVI_HTTP_HEAD_MAX ? 0 : 431};
    return read_head((piece){in, len});
}
