/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "base/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

enum { BUFFER_BYTES = 4 * FVI_CSV_ROW_MAX_BYTES };

struct fvi_csv {
    char name[256]; /* for messages: the end of the path */
    int fd;
    bool ended;
    size_t line; /* of buf[start] */
    size_t start;
    size_t end;
    char buf[BUFFER_BYTES + 1];
};

static fv_status bad(const fvi_csv *c, size_t line, const char *what, fv_error *err)
{
    return fvi_fail(err, FV_E_ARG, "%s:%zu: %s", c->name, line, what);
}

/* Reads until the buffer is full or the file has ended. */
static fv_status fill(fvi_csv *c, fv_error *err)
{
    memmove(c->buf, c->buf + c->start, c->end - c->start);
    c->end -= c->start;
    c->start = 0;
    while (c->end < BUFFER_BYTES && !c->ended) {
        ssize_t n = read(c->fd, c->buf + c->end, BUFFER_BYTES - c->end);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fvi_fail(err, FV_E_ARG, "%s: %s", c->name, strerror(errno));
        c->ended = n == 0;
        c->end += (size_t)n;
    }
    return FV_OK;
}

fv_status fvi_csv_open(fvi_csv **out, const char *path, fv_error *err)
{
    fv_status st = FV_OK;
    struct stat sb = {0};
    size_t n = strlen(path);
    fvi_csv *c = calloc(1, sizeof *c);

    if (c == NULL) return fvi_fail(err, FV_E_NOMEM, "CSV");
    (void)snprintf(c->name, sizeof c->name, "%s",
                   n < sizeof c->name ? path : path + n - (sizeof c->name - 1));
    c->line = 1;
    c->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (c->fd < 0 || fstat(c->fd, &sb) != 0) {
        st = fvi_fail(err, FV_E_ARG, "%s: %s", c->name, strerror(errno));
        goto out;
    }
    if (!S_ISREG(sb.st_mode)) {
        st = fvi_fail(err, FV_E_ARG, "%s: not a regular file", c->name);
        goto out;
    }
    FVI_TRY(fill(c, err));
    if (c->end >= 3 && memcmp(c->buf, "\xef\xbb\xbf", 3) == 0) c->start = 3;
    *out = c;
    c = NULL;
out:
    fvi_csv_close(&c);
    return st;
}

void fvi_csv_close(fvi_csv **csv)
{
    if (csv == NULL || *csv == NULL) return;
    if ((*csv)->fd >= 0) (void)close((*csv)->fd);
    free(*csv);
    *csv = NULL;
}

/* Where the record that starts at `from` ends: at its line feed, or at the end of what is there. */
static size_t record_end(const fvi_csv *c, bool *complete)
{
    bool quoted = false;
    size_t i = c->start;

    for (; i < c->end && (quoted || c->buf[i] != '\n'); i++) {
        if (c->buf[i] == '"') quoted = !quoted;
    }
    *complete = i < c->end || c->ended;
    return i;
}

/* The text of a quoted field, whose first quote is at *p, moved together; *p is set behind it. */
static const char *quoted_field(const fvi_csv *c, size_t line, char **p, fv_error *err)
{
    char *text = *p + 1;
    char *to = text;
    char *s = text;

    for (;; s++) {
        if (*s == '\0') {
            (void)bad(c, line, "a quoted field does not end", err);
            return NULL;
        }
        if (*s == '"' && s[1] != '"') break;
        if (*s == '"') s++;
        *to++ = *s;
    }
    s++;
    if (*s != ',' && *s != '\0') {
        (void)bad(c, line, "text after the closing quote of a field", err);
        return NULL;
    }
    *p = s;
    *to = '\0';
    return text;
}

static const char *plain_field(const fvi_csv *c, size_t line, char **p, fv_error *err)
{
    char *text = *p;
    size_t n = strcspn(text, ",\"\r");

    if (text[n] == '"' || text[n] == '\r') {
        (void)bad(c, line,
                  text[n] == '"' ? "a quote within a field that is not quoted"
                                 : "a carriage return within a field that is not quoted",
                  err);
        return NULL;
    }
    *p = text + n;
    return text;
}

static fv_status split(const fvi_csv *c, char *record, fvi_csv_row *row, fv_error *err)
{
    char *p = record;

    for (row->n = 0;;) {
        if (row->n == FVI_CSV_FIELDS_MAX) return bad(c, row->line, "more than 64 fields", err);
        const char *text =
            *p == '"' ? quoted_field(c, row->line, &p, err) : plain_field(c, row->line, &p, err);
        if (text == NULL) return FV_E_ARG;
        row->field[row->n++] = text;
        if (*p == '\0') return FV_OK;
        *p++ = '\0';
    }
}

static fv_status take_record(fvi_csv *c, size_t end, fvi_csv_row *row, fv_error *err)
{
    char *record = c->buf + c->start;
    size_t n = end - c->start;

    row->line = c->line;
    for (const char *p = record; (p = memchr(p, '\n', (size_t)(c->buf + end - p))) != NULL; p++)
        c->line++;
    c->line++;
    c->start = end < c->end ? end + 1 : end;
    if (n > FVI_CSV_ROW_MAX_BYTES) return bad(c, row->line, "a row of more than 64 KiB", err);
    if (n > 0 && record[n - 1] == '\r') n--;
    if (memchr(record, '\0', n) != NULL) return bad(c, row->line, "a NUL character", err);
    if (fvi_utf8_check((const uint8_t *)record, n) != n)
        return bad(c, row->line, "bytes that are not UTF-8", err);
    record[n] = '\0';
    row->n = 0;
    return n == 0 ? FV_OK : split(c, record, row, err);
}

fv_status fvi_csv_next(fvi_csv *c, fvi_csv_row *row, fv_error *err)
{
    fv_status st = FV_OK;

    row->n = 0;
    while (row->n == 0) {
        bool complete = false;
        size_t end = record_end(c, &complete);
        if (!complete) {
            FVI_TRY(fill(c, err));
            end = record_end(c, &complete);
            if (!complete) {
                st =
                    bad(c, c->line, "a row of more than 64 KiB, or a quote that never closes", err);
                goto out;
            }
        }
        if (c->start == c->end) {
            row->line = c->line;
            goto out;
        }
        FVI_TRY(take_record(c, end, row, err));
    }
out:
    return st;
}

void fvi_csv_put(FILE *to, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        (void)fputs(text, to);
        return;
    }
    (void)fputc('"', to);
    for (; *text != '\0'; text++) {
        if (*text == '"') (void)fputc('"', to);
        (void)fputc(*text, to);
    }
    (void)fputc('"', to);
}
