/* SPDX-License-Identifier: Apache-2.0 */
/* A service that says "ready" has tried every one of its networks. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "verify/engine.h"
#include "verify/self_check.h"

static fv_engine *engine;
static fv_session *session;

/* What happens to the network of that name; NULL = nothing. */
static const char *broken;
static bool fails;

fv_status __real_fvi_nn_run(fvi_nn_session *s, const float *input, float *const *outputs,
                            fv_error *err);
fv_status __wrap_fvi_nn_run(fvi_nn_session *s, const float *input, float *const *outputs,
                            fv_error *err);

fv_status __wrap_fvi_nn_run(fvi_nn_session *s, const float *input, float *const *outputs,
                            fv_error *err)
{
    const fvi_pack_net *net = fvi_nn_net(s);
    bool this_one = broken != NULL && strcmp(net->name, broken) == 0;
    if (this_one && fails) return fvi_fail(err, FV_E_BACKEND, "broken");
    fv_status st = __real_fvi_nn_run(s, input, outputs, err);
    if (this_one) outputs[net->n_outputs - 1][net->outputs[net->n_outputs - 1].count - 1] = NAN;
    return st;
}

static int open_all(void **state)
{
    static const char *const overrides[] = {"models.dir=" FV_TEST_MODELS};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    fv_error err = {0};
    (void)state;
    o.overrides = overrides;
    o.n_overrides = 1;
    if (fv_engine_create(&engine, &o, &err) != FV_OK) return -1;
    return fv_session_create(&session, engine, &err) == FV_OK ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    fv_session_destroy(&session);
    fv_engine_destroy(&engine);
    return 0;
}

static void test_self_check__passes_with_the_shipped_pack(void **state)
{
    fv_error err = {0};
    (void)state;
    broken = NULL;
    assert_fv_ok(fvi_self_check(session, &err), &err);
}

static void test_self_check__finds_each_network_that_is_broken(void **state)
{
    (void)state;
    for (int role = 0; role < FVI_ROLE_COUNT; role++) {
        if (engine->models[role] == NULL) continue;
        for (int kind = 0; kind < 2; kind++) {
            fv_error err = {0};
            broken = engine->pack->nets[role].name;
            fails = kind == 0;
            if (fvi_self_check(session, &err) == FV_OK)
                fail_msg("%s is broken, and nobody notices", broken);
            assert_true(err.text[0] != '\0');
        }
    }
    broken = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_self_check__passes_with_the_shipped_pack),
        cmocka_unit_test(test_self_check__finds_each_network_that_is_broken),
    };
    return cmocka_run_group_tests_name("self_check", tests, open_all, close_all);
}
