/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "replay/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay/digest.h"

enum { SYNC_EVERY = 64, KEY_BYTES = 64 };

static const char magic[] = "faceverify journal 1\n";

/* A record: this, an fvi_worked, and the template where it has one. */
typedef struct head {
    uint32_t image;
    uint32_t bytes; /* of what follows */
    uint64_t sum;   /* of image, bytes and what follows */
} head;

struct fvi_journal {
    char path[1100];
    int fd;
    pthread_mutex_t lock;
    size_t unsynced;
    size_t record_max;
    uint8_t *record; /* scratch, under lock */
};

static bool put(int fd, const void *data, size_t n)
{
    const uint8_t *p = data;
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

static bool get(int fd, void *data, size_t n)
{
    uint8_t *p = data;
    while (n > 0) {
        ssize_t k = read(fd, p, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

static uint64_t sum_of(const head *h, const uint8_t *body)
{
    uint32_t first[2] = {h->image, h->bytes};
    uint64_t seed = fvi_digest_quick(first, sizeof first);
    return seed ^ fvi_digest_quick(body, h->bytes);
}

static size_t template_bytes(const fvi_images *images, const fvi_worked *w)
{
    return w->has_template && images->templates != NULL ? images->dim * sizeof(float) : 0;
}

/* One record into its image; false: it is torn, or not one of ours. */
static bool take_record(fvi_journal *j, fvi_images *images)
{
    head h;
    fvi_worked w;

    if (!get(j->fd, &h, sizeof h)) return false;
    if (h.image >= images->n || h.bytes < sizeof w || h.bytes + sizeof h > j->record_max)
        return false;
    if (!get(j->fd, j->record, h.bytes) || sum_of(&h, j->record) != h.sum) return false;
    memcpy(&w, j->record, sizeof w);
    size_t n = template_bytes(images, &w);
    if (h.bytes != sizeof w + n) return false;
    images->worked[h.image] = w;
    if (n > 0) memcpy(images->templates + h.image * images->dim, j->record + sizeof w, n);
    return true;
}

static fv_status cannot(const fvi_journal *j, const char *what, fv_error *err)
{
    return fvi_fail(err, FV_E_ARG, "%s: %s: %s", j->path, what, strerror(errno));
}

static fv_status begin(fvi_journal *j, const char *key, fv_error *err)
{
    if (ftruncate(j->fd, 0) != 0 || lseek(j->fd, 0, SEEK_SET) != 0 ||
        !put(j->fd, magic, sizeof magic - 1) || !put(j->fd, key, KEY_BYTES) || fsync(j->fd) != 0)
        return cannot(j, "cannot be written", err);
    return FV_OK;
}

static fv_status take_records(fvi_journal *j, const char *key, bool resume, fvi_images *images,
                              fv_error *err)
{
    char found[sizeof magic - 1 + KEY_BYTES];
    off_t good = (off_t)sizeof found;

    struct stat sb;
    if (fstat(j->fd, &sb) != 0) return cannot(j, "cannot be read", err);
    memset(found, 0, sizeof found);
    bool whole = get(j->fd, found, sizeof found);
    size_t known = sb.st_size < (off_t)(sizeof magic - 1) ? (size_t)sb.st_size : sizeof magic - 1;
    if (memcmp(found, magic, known) != 0)
        return fvi_fail(err, FV_E_ARG, "%s: not a journal of ours, and not to be lost", j->path);
    if (!whole) return begin(j, key, err); /* none, or killed before it was begun */
    if (sb.st_size > good && !resume)
        return fvi_fail(err, FV_E_ARG,
                        "%s is of an interrupted run: go on with --resume, or remove it", j->path);
    if (sb.st_size > good && memcmp(found + sizeof magic - 1, key, KEY_BYTES) != 0)
        return fvi_fail(err, FV_E_ARG,
                        "%s is of a run with another set, other models, settings or version: it "
                        "cannot go on; remove it to begin anew",
                        j->path);
    if (sb.st_size <= good) return begin(j, key, err);
    while (take_record(j, images))
        good = lseek(j->fd, 0, SEEK_CUR);
    if (ftruncate(j->fd, good) != 0 || lseek(j->fd, good, SEEK_SET) != good)
        return cannot(j, "cannot be written", err);
    return FV_OK;
}

/* lint: parameters, all of them name one journal */
fv_status fvi_journal_open(fvi_journal **out, const char *path, const char *key, bool resume,
                           fvi_images *images, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_journal *j = calloc(1, sizeof *j);

    if (j == NULL) return fvi_fail(err, FV_E_NOMEM, "journal");
    (void)pthread_mutex_init(&j->lock, NULL);
    (void)snprintf(j->path, sizeof j->path, "%s", path);
    j->record_max = sizeof(head) + sizeof(fvi_worked) + images->dim * sizeof(float);
    j->record = malloc(j->record_max);
    j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (j->record == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "journal");
        goto out;
    }
    if (j->fd < 0 || fchmod(j->fd, S_IRUSR | S_IWUSR) != 0) {
        st = cannot(j, "cannot be written", err);
        goto out;
    }
    if (flock(j->fd, LOCK_EX | LOCK_NB) != 0) {
        st = fvi_fail(err, FV_E_ARG, "%s: another process works there", path);
        goto out;
    }
    FVI_TRY(take_records(j, key, resume, images, err));
    *out = j;
    j = NULL;
out:
    fvi_journal_close(&j, false);
    return st;
}

fv_status fvi_journal_add(fvi_journal *j, const fvi_images *images, size_t i, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_worked *w = &images->worked[i];
    size_t n = template_bytes(images, w);
    head h = {.image = (uint32_t)i, .bytes = (uint32_t)(sizeof *w + n)};

    (void)pthread_mutex_lock(&j->lock);
    uint8_t *body = j->record + sizeof h;
    memcpy(body, w, sizeof *w);
    if (n > 0) memcpy(body + sizeof *w, images->templates + i * images->dim, n);
    h.sum = sum_of(&h, body);
    memcpy(j->record, &h, sizeof h);
    bool good = put(j->fd, j->record, sizeof h + h.bytes);
    if (good && ++j->unsynced >= SYNC_EVERY) {
        j->unsynced = 0;
        good = fdatasync(j->fd) == 0;
    }
    if (!good) st = cannot(j, "cannot be written", err);
    (void)pthread_mutex_unlock(&j->lock);
    return st;
}

fv_status fvi_journal_flush(fvi_journal *j, fv_error *err)
{
    return fdatasync(j->fd) == 0 ? FV_OK : cannot(j, "cannot be written", err);
}

void fvi_journal_close(fvi_journal **journal, bool finished)
{
    if (journal == NULL || *journal == NULL) return;
    fvi_journal *j = *journal;
    if (finished) (void)unlink(j->path);
    if (j->fd >= 0) (void)close(j->fd);
    if (j->record != NULL) fvi_wipe(j->record, j->record_max);
    free(j->record);
    (void)pthread_mutex_destroy(&j->lock);
    free(j);
    *journal = NULL;
}
