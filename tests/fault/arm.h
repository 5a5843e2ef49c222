/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_TEST_FAULT_ARM_H
#define FVI_TEST_FAULT_ARM_H

#include <stdbool.h>

/* Whose calls are counted. */
typedef enum whose { OURS, BACKENDS, WHOSE_COUNT } whose;

typedef struct arm {
    bool armed;
    long calls[WHOSE_COUNT];   /* since arming */
    long fail_at[WHOSE_COUNT]; /* the call that fails, from 1; 0 = none */
    bool and_after;            /* and every one after it */
    bool failed;               /* one did */
} arm;

/* Of the thread that asks. */
extern _Thread_local arm arming;

/* Counts a call; whether it is to fail. */
bool arm_refuses(whose who);

#endif
