/* SPDX-License-Identifier: Apache-2.0 */
/* A whole replay in process, on several threads: what ThreadSanitizer is to see. */
#include "test.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faceverify/faceverify.h"
#include "portrait.h"
#include "replay/journal.h"
#include "replay/parallel.h"
#include "replay/replay.h"
#include "replay/trials.h"

static char dir[] = "/tmp/fv_replay_work_XXXXXX";

static const char pairs_csv[] = "path_a,path_b,same,cohort\n"
                                "selfie_obama.jpg,record_obama.jpg,1,\n"
                                "selfie_obama.jpg,other_biden.jpg,0,x\n"
                                "other_biden.jpg,record_obama.jpg,0,x\n"
                                "none.jpg,record_obama.jpg,0,x\n";
static const char attacks_csv[] = "path,label,attack,subject\n"
                                  "selfie_obama.jpg,live,,o\n"
                                  "other_biden.jpg,spoof,print,b\n";
static const char quality_csv[] = "path,label\n"
                                  "selfie_obama.jpg,good\n"
                                  "other_biden.jpg,no_face\n";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int remove_dir(void **state)
{
    char command[128];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static const char *at(const char *name)
{
    static char paths[4][128];
    static unsigned k;
    char *p = paths[k++ % 4];
    (void)snprintf(p, sizeof paths[0], "%s/%s", dir, name);
    return p;
}

static char *content(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    assert_non_null(f);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
    assert_int_equal(fclose(f), 0);
    return text;
}

typedef struct shown {
    unsigned calls;
    bool wrong;
} shown;

static void show(void *cookie, const fvi_progress *p)
{
    shown *s = cookie;
    s->calls++;
    s->wrong = s->wrong || p->done > p->of || p->before > p->done;
}

/* A set's text and where the results go; the rest as `faceverify replay` has it. */
typedef struct job {
    char manifest[128], out[128];
    const char *overrides[1];
    fvi_replay_options options;
    fvi_replay_outcome outcome;
    fv_error err;
    shown progress;
} job;

static void job_init(job *j, const char *csv, const char *out, unsigned threads)
{
    memset(j, 0, sizeof *j);
    (void)snprintf(j->manifest, sizeof j->manifest, "%s", at("set.csv"));
    (void)snprintf(j->out, sizeof j->out, "%s", at(out));
    FILE *f = fopen(j->manifest, "wb");
    assert_non_null(f);
    assert_true(fputs(csv, f) >= 0);
    assert_int_equal(fclose(f), 0);
    j->overrides[0] = "models.dir=" FV_TEST_MODELS;
    j->options = (fvi_replay_options){.set = {.path = j->manifest, .root = FV_TEST_DATA},
                                      .engine = FV_ENGINE_OPTIONS_INIT,
                                      .out = j->out,
                                      .threads = threads,
                                      .seed = 1,
                                      .replicates = 50,
                                      .progress = show,
                                      .cookie = &j->progress};
    j->options.engine.overrides = j->overrides;
    j->options.engine.n_overrides = 1;
}

static fv_status replay(job *j)
{
    return fvi_replay(&j->options, &j->outcome, &j->err);
}

static double figure(const job *j, const char *a, const char *b, const char *c)
{
    const json_t *v = json_object_get(json_object_get(j->outcome.summary, a), b);
    if (c != NULL) v = json_object_get(v, c);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

static void test_replay__pairs_on_one_thread_or_many(void **state)
{
    static job one, many;
    (void)state;
    job_init(&one, pairs_csv, "one", 1);
    assert_fv_ok(replay(&one), &one.err);
    job_init(&many, pairs_csv, "many", 5);
    assert_fv_ok(replay(&many), &many.err);
    assert_false(many.outcome.stopped);
    assert_int_equal(many.outcome.images, 4);
    assert_int_equal(many.outcome.unreadable, 1);
    assert_int_equal(many.outcome.rows, 4);
    assert_true(many.progress.calls > 0);
    assert_false(many.progress.wrong);
    assert_true(json_equal(json_object_get(one.outcome.summary, "figures"),
                           json_object_get(many.outcome.summary, "figures")));
    assert_true(figure(&many, "figures", "genuine_pairs", NULL) == 1.0);
    assert_true(figure(&many, "figures", "impostor_pairs", NULL) == 2.0);
    assert_true(figure(&many, "figures", "unreadable_pairs", NULL) == 1.0);
    assert_true(figure(&many, "figures", "pass", "count") +
                    figure(&many, "figures", "review", "count") ==
                1.0);
    assert_true(figure(&many, "figures", "false_pass", "count") == 0.0);
    char *a = content(at("one/results.csv")), *b = content(at("many/results.csv"));
    assert_string_equal(a, b);
    assert_non_null(strstr(a, "none.jpg,record_obama.jpg,0,x,UNREADABLE,,\n"));
    assert_int_equal(access(at("many/journal"), F_OK), -1);
    assert_int_equal(access(at("many/report.html"), F_OK), 0);
    free(a);
    free(b);
    json_decref(one.outcome.summary);
    json_decref(many.outcome.summary);
}

static void test_replay__images_by_themselves(void **state)
{
    static job j;
    (void)state;
    job_init(&j, attacks_csv, "attacks", 2);
    assert_fv_ok(replay(&j), &j.err);
    assert_true(figure(&j, "figures", "bpcer", "of") + figure(&j, "figures", "bpnrr", "count") ==
                1.0);
    char *text = content(at("attacks/results.csv"));
    assert_non_null(strstr(text, "path,label,attack,subject,liveness,reasons,score\n"));
    free(text);
    json_decref(j.outcome.summary);
    job_init(&j, quality_csv, "quality", 2);
    assert_fv_ok(replay(&j), &j.err);
    text = content(at("quality/results.csv"));
    assert_non_null(strstr(text, "selfie_obama.jpg,good,USABLE,"));
    free(text);
    json_decref(j.outcome.summary);
}

static void put_file(const char *name, blob b)
{
    FILE *f = fopen(at(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b.data, 1, b.len, f), b.len);
    assert_int_equal(fclose(f), 0);
}

static fv_decision matched(fv_session *s, blob selfie, blob record)
{
    fv_request r = FV_REQUEST_INIT;
    fv_result out = FV_RESULT_INIT;
    fv_error err = {.code = FV_OK};
    r.selfie = (fv_bytes){selfie.data, selfie.len};
    r.record = (fv_bytes){record.data, record.len};
    assert_fv_ok(fv_match(s, &r, &out, &err), &err);
    return out.decision;
}

/* A picture that lies turned compares like a stranger: the answer is that of fv_match(). */
static void test_replay__pictures_that_lie_turned(void **state)
{
    static const int as[] = {3, 6, 8};
    static job j;
    char csv[512] = "path_a,path_b,same\n", want[512], name[32];
    pixels p = portrait_read(SELFIE_JPG);
    blob selfie = portrait_file(SELFIE_JPG), record = portrait_file(RECORD_JPG);
    fv_decision decisions[6];
    size_t n = 0;
    fv_engine *engine = NULL;
    fv_session *session = NULL;
    (void)state;
    put_file("selfie.jpg", selfie);
    put_file("record.jpg", record);
    job_init(&j, csv, "turned", 2);
    assert_fv_ok(fv_engine_create(&engine, &j.options.engine, &j.err), &j.err);
    assert_fv_ok(fv_session_create(&session, engine, &j.err), &j.err);
    for (size_t i = 0; i < ARRAY_LEN(as); i++) {
        pixels turned = pixels_stored(&p, as[i]);
        blob b = pixels_jpeg(&turned, 92);
        (void)snprintf(name, sizeof name, "turned%d.jpg", as[i]);
        put_file(name, b);
        size_t at_end = strlen(csv);
        (void)snprintf(csv + at_end, sizeof csv - at_end, "%s,record.jpg,1\nselfie.jpg,%s,1\n",
                       name, name);
        decisions[n++] = matched(session, b, record);
        decisions[n++] = matched(session, selfie, b);
        free(b.data);
        free(turned.rgb);
    }
    fv_session_destroy(&session);
    fv_engine_destroy(&engine);
    job_init(&j, csv, "turned", 2);
    j.options.set.root = dir;
    assert_fv_ok(replay(&j), &j.err);
    json_decref(j.outcome.summary);
    char *found = content(at("turned/results.csv"));
    for (size_t i = 0; i < n; i++) {
        bool first = i % 2 == 0;
        (void)snprintf(want, sizeof want,
                       first ? "turned%d.jpg,record.jpg,1,%s," : "selfie.jpg,turned%d.jpg,1,%s,",
                       as[i / 2], fv_decision_name(decisions[i]));
        if (strstr(found, want) == NULL) fail_msg("not in the results: %s", want);
    }
    free(found);
    free(selfie.data);
    free(record.data);
    free(p.rgb);
}

static void test_replay__stopped_goes_on_where_it_was(void **state)
{
    static job j;
    static atomic_bool stop;
    (void)state;
    job_init(&j, pairs_csv, "whole", 2);
    assert_fv_ok(replay(&j), &j.err);
    json_decref(j.outcome.summary);
    char *want = content(at("whole/results.csv"));

    job_init(&j, pairs_csv, "stopped", 2);
    atomic_store(&stop, true);
    j.options.stop = &stop;
    assert_fv_ok(replay(&j), &j.err);
    assert_true(j.outcome.stopped);
    assert_null(j.outcome.summary);
    assert_int_equal(access(at("stopped/journal"), F_OK), 0);
    assert_int_equal(access(at("stopped/results.csv"), F_OK), -1);

    job_init(&j, pairs_csv, "stopped", 2);
    j.options.resume = true;
    assert_fv_ok(replay(&j), &j.err);
    char *found = content(at("stopped/results.csv"));
    assert_string_equal(found, want);
    json_decref(j.outcome.summary);
    free(found);
    free(want);
}

static void test_replay__refusals_leave_nothing(void **state)
{
    static job j;
    (void)state;
    job_init(&j, "path,person\nselfie_obama.jpg,o\n", "never", 1);
    assert_int_equal(replay(&j), FV_E_ARG);
    job_init(&j, pairs_csv, "never", 1);
    j.options.fail_on[j.options.n_fail_on++] = "apcer>0";
    assert_int_equal(replay(&j), FV_E_ARG);
    job_init(&j, pairs_csv, "never", 1);
    j.options.baseline = at("no_such");
    assert_int_equal(replay(&j), FV_E_ARG);
    assert_int_equal(access(at("never"), F_OK), -1);
    job_init(&j, pairs_csv, "set.csv", 1);
    assert_int_equal(replay(&j), FV_E_ARG);
    assert_non_null(strstr(j.err.text, "not a folder"));
    assert_null(j.outcome.summary);
}

/* ---- threads ---- */

enum { THREADS = 4, EACH = 50, DIM = 3 };

typedef struct adder {
    fvi_journal *journal;
    const fvi_images *images;
    size_t from;
} adder;

static void *add_some(void *arg)
{
    const adder *a = arg;
    for (size_t i = a->from; i < a->from + EACH; i++) {
        fv_error err = {.code = FV_OK};
        if (fvi_journal_add(a->journal, a->images, i, &err) != FV_OK) return arg;
    }
    return NULL;
}

static void test_journal__is_shared_by_threads(void **state)
{
    static const char key[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static fvi_worked worked[THREADS * EACH], again[THREADS * EACH];
    static float templates[THREADS * EACH * DIM], found[THREADS * EACH * DIM];
    fvi_images images = {worked, templates, THREADS * EACH, DIM};
    fvi_images back = {again, found, THREADS * EACH, DIM};
    adder adders[THREADS];
    pthread_t ids[THREADS];
    fvi_journal *j = NULL;
    fv_error err = {.code = FV_OK};
    (void)state;
    assert_fv_ok(fvi_journal_open(&j, at("journal"), key, false, &images, &err), &err);
    for (size_t i = 0; i < THREADS * EACH; i++) {
        worked[i] = (fvi_worked){.state = FVI_WORK_DONE, .has_template = 1, .score = (float)i};
        templates[i * DIM] = (float)i;
    }
    for (size_t t = 0; t < THREADS; t++) {
        adders[t] = (adder){j, &images, t * EACH};
        assert_int_equal(pthread_create(&ids[t], NULL, add_some, &adders[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(ids[t], &failed), 0);
        assert_null(failed);
    }
    fvi_journal_close(&j, false);
    assert_fv_ok(fvi_journal_open(&j, at("journal"), key, true, &back, &err), &err);
    fvi_journal_close(&j, true);
    assert_memory_equal(again, worked, sizeof worked);
    assert_memory_equal(found, templates, sizeof templates);
}

static void touch(void *cookie, size_t from, size_t to)
{
    unsigned char *seen = cookie;
    for (size_t i = from; i < to; i++)
        seen[i]++;
}

static void test_parallel__each_once(void **state)
{
    static const size_t sizes[] = {0, 1, 3, 7, 64, 1000};
    static const unsigned threads[] = {0, 1, 2, 7, 64, 500};
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
        for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
            unsigned char seen[1001] = {0};
            fv_error err = {.code = FV_OK};
            assert_fv_ok(fvi_parallel(threads[t], sizes[s], touch, seen, &err), &err);
            for (size_t i = 0; i <= 1000; i++)
                assert_int_equal(seen[i], i < sizes[s] ? 1 : 0);
        }
    }
}

static void test_bootstrap__threads_change_nothing(void **state)
{
    static fvi_trial genuine[40], impostor[400];
    static fvi_hit hits[400];
    fvi_error_point one[3], many[3];
    fvi_share a, b;
    fv_error err = {.code = FV_OK};
    fvi_trials t = {genuine, 40, impostor, 400, 20};
    fvi_bootstrap how = {9, 101, 1};
    (void)state;
    for (uint32_t i = 0; i < 400; i++) {
        float s = (float)((i * 7919u) % 1000u) / 1000.0f;
        impostor[i] = (fvi_trial){s * 0.6f, i % 20, (i + 1 + i / 20) % 20};
        if (i < 40) genuine[i] = (fvi_trial){i == 3 ? NAN : 0.3f + s * 0.7f, i % 20, i % 20};
        hits[i] = (fvi_hit){i % 20, (i * 3) % 20, i % 5 == 0};
    }
    fvi_trials_sort(&t);
    static const double rates[] = {0.01, 0.1};
    for (size_t k = 0; k < 3; k++) {
        fvi_point_at(&t, k < 2 ? fvi_threshold_of(&t, rates[k]) : 0.5f, &one[k]);
        if (k < 2) one[k].rate = rates[k];
    }
    memcpy(many, one, sizeof one);
    assert_fv_ok(fvi_points_bound(&t, one, 3, &how, &err), &err);
    assert_fv_ok(fvi_hits_share(hits, 400, 20, &how, &a, &err), &err);
    how.threads = 7;
    assert_fv_ok(fvi_points_bound(&t, many, 3, &how, &err), &err);
    assert_fv_ok(fvi_hits_share(hits, 400, 20, &how, &b, &err), &err);
    for (size_t k = 0; k < 3; k++) {
        assert_true(one[k].fnmr.bounded && one[k].fnmr.low <= one[k].fnmr.high);
        assert_true(one[k].fnmr.low == many[k].fnmr.low && one[k].fnmr.high == many[k].fnmr.high);
    }
    assert_true(one[2].fmr.low == many[2].fmr.low && one[2].fmr.high == many[2].fmr.high);
    assert_true(a.bounded && a.low == b.low && a.high == b.high && a.low < a.high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay__pairs_on_one_thread_or_many),
        cmocka_unit_test(test_replay__images_by_themselves),
        cmocka_unit_test(test_replay__pictures_that_lie_turned),
        cmocka_unit_test(test_replay__stopped_goes_on_where_it_was),
        cmocka_unit_test(test_replay__refusals_leave_nothing),
        cmocka_unit_test(test_journal__is_shared_by_threads),
        cmocka_unit_test(test_parallel__each_once),
        cmocka_unit_test(test_bootstrap__threads_change_nothing),
    };
    return cmocka_run_group_tests_name("replay_work", tests, make_dir, remove_dir);
}
