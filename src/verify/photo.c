/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/photo.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"

fv_status fvi_deadline_check(const fvi_deadline *deadline, const char *before, fv_error *err)
{
    if (deadline->until_us != 0 && fvi_clock_us() >= deadline->until_us)
        return fvi_fail(err, FV_E_TIMEOUT, "deadline passed before %s", before);
    return FV_OK;
}

void fvi_stage(uint64_t *mark, uint32_t *stage)
{
    uint64_t now = fvi_clock_us();
    uint64_t sum = *stage + (now - *mark);
    *stage = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
    *mark = now;
}

/* One photograph in hand. */
typedef struct work {
    fv_session *session;
    const fvi_examine *what;
    fvi_photo photo;
    fvi_faces faces;
    fvi_landmarks landmarks;
    fvi_pose pose;
    fvi_found found;
    uint64_t mark;
} work;

static fv_status decode(work *w, fvi_examined *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_settings *s = &w->session->engine->settings;
    fvi_decode_limits limits = {.image_bytes = (size_t)s->limits.image_bytes,
                                .width_px = s->limits.width_px,
                                .height_px = s->limits.height_px,
                                .pixels = s->limits.pixels,
                                .jpeg_scans = s->limits.jpeg_scans,
                                .target_px = s->limits.decode_target_px};

    FVI_TRY(fvi_decode(w->session->decoder, w->what->bytes, &limits, &w->photo, err));
    out->seen.fault = w->photo.fault;
    (void)snprintf(out->seen.format, sizeof out->seen.format, "%s", w->photo.format);
    if (w->photo.fault != FVI_DECODE_OK) goto out;
    out->info.width_px = (uint32_t)w->photo.full_width_px;
    out->info.height_px = (uint32_t)w->photo.full_height_px;
    out->info.orientation = (uint32_t)w->photo.orientation;
out:
    fvi_stage(&w->mark, &w->what->timings->decode_us);
    return st;
}

/*
 * The pose network costs as much as the embedding. Where the landmarks put the head within half of
 * every limit it cannot change the answer, and is not asked.
 */
static bool pose_is_plain(const work *w, const fvi_pose *pose)
{
    const fvi_settings *s = &w->session->engine->settings;
    const fvi_limit *of = (w->what->which == FV_SELFIE ? &s->selfie : &s->record)->gate;
    const fvi_limit yaw = of[FVI_Q_HEAD_YAW];
    const fvi_limit pitch = of[FVI_Q_HEAD_PITCH];

    return (double)pose->yaw_deg >= yaw.min / 2 && (double)pose->yaw_deg <= yaw.max / 2 &&
           (double)pose->pitch_deg >= pitch.min / 2 && (double)pose->pitch_deg <= pitch.max / 2;
}

static fv_status take_pose(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_pose rough = {0};
    bool has_rough = fvi_pose_estimate(&w->landmarks, &rough);

    w->pose = rough;
    if (has_rough && pose_is_plain(w, &rough)) goto out;
    FVI_TRY(fvi_deadline_check(&w->what->deadline, "head pose", err));
    FVI_TRY(fvi_face_pose(w->session->facer, &w->photo.image, &w->faces.boxes[0], &w->pose, err));
    if (has_rough) w->pose.roll_deg = rough.roll_deg;
out:
    fvi_stage(&w->mark, &w->what->timings->pose_us);
    return st;
}

static fv_status find(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    fv_timings *t = w->what->timings;
    fvi_facer *facer = w->session->facer;

    FVI_TRY(fvi_deadline_check(&w->what->deadline, "detection", err));
    FVI_TRY(fvi_face_detect(facer, &w->photo.image, w->what->which == FV_RECORD, &w->faces, err));
    if (w->faces.n == 0)
        FVI_TRY(fvi_face_detect_hidden(facer, &w->photo.image, &w->faces, &w->landmarks, err));
    fvi_stage(&w->mark, &t->detect_us);
    w->pose = (fvi_pose){NAN, NAN, NAN};
    if (w->faces.n == 0 || w->faces.hidden) goto out; /* too rough for an angle */
    FVI_TRY(fvi_face_landmarks(facer, &w->photo.image, &w->faces.boxes[0], &w->landmarks, err));
    fvi_stage(&w->mark, &t->landmarks_us);
    FVI_TRY(take_pose(w, err));
out:
    return st;
}

static fv_status measure(work *w, fvi_examined *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_box *b = &w->faces.boxes[0];
    const float *v = out->seen.measured.value;
    float full = 1.0f / w->photo.scale;
    bool face = w->faces.n > 0;

    w->found = (fvi_found){.picture = &w->photo.image,
                           .scale = w->photo.scale,
                           .grey_file = w->photo.grey,
                           .faces = &w->faces,
                           .landmarks = face ? &w->landmarks : NULL,
                           .pose = face ? &w->pose : NULL};
    FVI_TRY(fvi_deadline_check(&w->what->deadline, "quality", err));
    FVI_TRY(fvi_viewer_measure(w->session->viewer, &w->found, &out->seen.measured, err));
    fvi_stage(&w->mark, &w->what->timings->quality_us);
    out->info.faces = (uint32_t)v[FVI_Q_FACE_COUNT];
    out->has_face = face && !w->faces.hidden;
    if (!face) goto out;
    out->info.face_x_px = b->x0_px * full;
    out->info.face_y_px = b->y0_px * full;
    out->info.face_width_px = (b->x1_px - b->x0_px) * full;
    out->info.face_height_px = (b->y1_px - b->y0_px) * full;
    out->info.inter_eye_px = v[FVI_Q_INTER_EYE_DISTANCE];
    out->info.yaw_deg = w->pose.yaw_deg;
    out->info.pitch_deg = w->pose.pitch_deg;
    out->info.roll_deg = w->pose.roll_deg;
out:
    return st;
}

static fv_status chip(work *w, fvi_examined *out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_subject *s = &w->session->subjects[w->what->which - FV_SELFIE];

    FVI_TRY(fvi_buffer_reserve(&s->chip, 3 * FVI_CHIP_SIDE_PX * FVI_CHIP_SIDE_PX, err));
    fvi_image image = {s->chip.data, FVI_CHIP_SIDE_PX, FVI_CHIP_SIDE_PX, 3, 3 * FVI_CHIP_SIDE_PX};
    FVI_TRY(fvi_face_chip(w->session->facer, &w->photo.image, &w->landmarks, &image, err));
    out->has_chip = true;
    fvi_stage(&w->mark, &w->what->timings->chip_us);
out:
    return st;
}

fv_status fvi_photo_examine(fv_session *session, const fvi_examine *what, fvi_examined *out,
                            fv_error *err)
{
    fv_status st = FV_OK;
    work w = {.session = session, .what = what, .mark = fvi_clock_us()};
    fvi_examined seen = {
        .info = {.inter_eye_px = NAN, .yaw_deg = NAN, .pitch_deg = NAN, .roll_deg = NAN}};

    for (int i = 0; i < FVI_Q_COUNT; i++)
        seen.seen.measured.value[i] = NAN;
    FVI_TRY(fvi_deadline_check(&what->deadline, "decoding", err));
    FVI_TRY(decode(&w, &seen, err));
    if (w.photo.fault == FVI_DECODE_OK) {
        FVI_TRY(find(&w, err));
        FVI_TRY(measure(&w, &seen, err));
    }
    if (what->limits != NULL)
        fvi_explain_photo(what->reasons, what->which, &seen.seen, what->limits);
    if (w.photo.fault == FVI_DECODE_OK && what->onlook != NULL) {
        fvi_sight sight = {&w.found, &seen.seen.measured};
        FVI_TRY(what->onlook(what->onlooker, session, &sight, err));
        w.mark = fvi_clock_us();
    }
    bool wanted = what->limits == NULL || !what->reasons->blocked[what->which];
    if (w.photo.fault == FVI_DECODE_OK && w.faces.n > 0 && !w.faces.hidden && wanted &&
        !what->no_chip)
        FVI_TRY(chip(&w, &seen, err));
    *out = seen;
out:
    fvi_wipe(&w, sizeof w);
    return st;
}

fv_status fvi_photo_turn(fv_session *session, const fvi_examine *what, int *quarters, fv_error *err)
{
    fv_status st = FV_OK;
    work w = {.session = session, .what = what, .mark = fvi_clock_us()};
    fvi_examined again = {.has_chip = false};

    FVI_TRY(fvi_deadline_check(&what->deadline, "a second look", err));
    FVI_TRY(decode(&w, &again, err));
    if (w.photo.fault != FVI_DECODE_OK) {
        st = fvi_fail(err, FV_E_INTERNAL, "a photograph was readable once only");
        goto out;
    }
    FVI_TRY(fvi_face_turn(session->facer, &w.photo.image, quarters, err));
    fvi_stage(&w.mark, &what->timings->detect_us);
out:
    fvi_wipe(&w, sizeof w);
    return st;
}
