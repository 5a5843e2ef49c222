/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "replay/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/utf8.h"

static void processor(char *out, size_t cap)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "r");

    (void)snprintf(out, cap, "unknown");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL) continue;
        (void)snprintf(out, cap, "%s", colon + 2);
        out[strcspn(out, "\n")] = '\0';
        if (fvi_utf8_check((const uint8_t *)out, strlen(out)) != strlen(out)) out[0] = '\0';
        break;
    }
    if (f != NULL) (void)fclose(f);
}

json_t *fvi_machine_json(void)
{
    char cpu[128];
    struct utsname name = {.machine = ""};
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    processor(cpu, sizeof cpu);
    (void)uname(&name);
    return json_pack("{s:s, s:I, s:I, s:s, s:s}", "processor", cpu, "cores",
                     (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "memory_mib",
                     (json_int_t)(pages / 1024 * page / 1024), "kernel", name.release,
                     "architecture", name.machine);
}

json_t *fvi_versions_json(const fv_engine *e)
{
    json_t *nets = json_object();

    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        const fvi_pack_net *n = &e->pack->nets[i];
        if (n->onnx.data == NULL) continue;
        (void)json_object_set_new(nets, fvi_role_name(n->role),
                                  json_pack("{s:s, s:s}", "name", n->name, "sha256", n->sha256));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:f, s:f, s:f, s:f}", "library", FV_VERSION,
                     "pack", e->pack->name, "pack_sha256", e->pack->sha256, "networks", nets,
                     "calibration", e->calibration.id, "backend",
                     e->settings.engine.backend == FVI_NN_OPENCV ? "opencv" : "onednn",
                     "match_similarity", (double)e->policy.match_similarity, "match_fmr",
                     e->policy.match_fmr, "review_similarity", (double)e->policy.review_similarity,
                     "review_fmr", e->policy.review_fmr);
}

void fvi_time_text(int64_t unix_s, char out[32])
{
    time_t t = (time_t)unix_s;
    struct tm tm;
    out[0] = '\0';
    if (gmtime_r(&t, &tm) != NULL) (void)strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

fv_status fvi_engine_key(const fv_engine *e, const char *more, char key[65], fv_error *err)
{
    fv_status st = FV_OK;
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);

    if (f == NULL) return fvi_fail(err, FV_E_NOMEM, "key");
    (void)fprintf(f, "%s\n%s\n%s\n%s\n%.9g %.9g\n%s\n", FV_VERSION, e->pack->sha256,
                  e->calibration.id, e->liveness.id, (double)e->policy.match_similarity,
                  (double)e->policy.review_similarity, more);
    st = fvi_settings_dump(&e->settings, f, err);
    if (fclose(f) != 0 && st == FV_OK) st = fvi_fail(err, FV_E_NOMEM, "key");
    if (st == FV_OK) st = fvi_sha256_hex(text, len, key, err);
    free(text);
    return st;
}
