/* SPDX-License-Identifier: Apache-2.0 */
/* Where the face is and how the head is held. After ISO/IEC 29794-5 where it has the measure. */
#include <math.h>

#include "quality/view.h"

float fvi_q_face_count(const fvi_view *v)
{
    return (float)fvi_face_persons(v->found.faces);
}

float fvi_q_face_count_score(float value)
{
    return isnan(value) ? value : value == 1.0f ? 100.0f : 0.0f;
}

float fvi_q_inter_eye_distance(const fvi_view *v)
{
    return v->face ? fvi_inter_eye_px(v->found.landmarks) / v->found.scale : NAN;
}

float fvi_q_inter_eye_distance_score(float value)
{
    return fvi_score_clamp(100.0f * fvi_sigmoid(value, 70.0f, 20.0f));
}

/* T of the standard: from the middle between the eyes to the chin. */
static float eyes_to_chin_px(const fvi_landmarks *at, fvi_point *middle)
{
    fvi_point l, r;
    fvi_eyes(at, &l, &r);
    *middle = (fvi_point){(l.x_px + r.x_px) / 2.0f, (l.y_px + r.y_px) / 2.0f};
    return hypotf(at->point[8].x_px - middle->x_px, at->point[8].y_px - middle->y_px);
}

float fvi_q_head_size(const fvi_view *v)
{
    fvi_point middle;
    if (!v->face) return NAN;
    return eyes_to_chin_px(v->found.landmarks, &middle) / (float)v->found.picture->height_px;
}

/* Best at 0.45, says the standard, for portraits; a selfie is not one, and only too large is held
 * against it. */
float fvi_q_head_size_score(float value)
{
    float off = fmaxf(value - 0.45f, 0.0f);
    return isnan(value) ? value : fvi_score_clamp(200.0f * (1.0f - fvi_sigmoid(off, 0.0f, 0.05f)));
}

/*
 * How much of what a face needs lies in the picture, on its narrowest side: half an eye distance
 * and a little beyond each eye, the brows above, mouth to chin below. Good crops of other
 * collections (eyes, masks, uneven light, portraits of 160 px) begin at 0.4; a picture that ends in
 * an eye or between mouth and chin has less than 0.35.
 */
float fvi_q_face_inside(const fvi_view *v)
{
    static const float BESIDE = 0.55f, ABOVE = 0.6f, MOUTH = 0.5f;
    /* where the picture ends above the chin its landmark is put at the edge: no face is so short */
    static const float LEAST_CHIN_EYES = 1.4f;
    fvi_point middle;

    if (!v->face) return NAN;
    float t = eyes_to_chin_px(v->found.landmarks, &middle);
    float chin = fmaxf(t, LEAST_CHIN_EYES * fvi_inter_eye_px(v->found.landmarks));
    float least = fminf(fvi_q_margin_left(v), fvi_q_margin_right(v)) / BESIDE;
    least = fminf(least, fvi_q_margin_above(v) / ABOVE);
    float below = ((float)v->found.picture->height_px - middle.y_px) / chin;
    least = fminf(least, (below - MOUTH) / (1.0f - MOUTH));
    return fminf(fmaxf(least, 0.0f), 1.0f);
}

float fvi_q_face_inside_score(float value)
{
    return fvi_score_clamp(100.0f * value);
}

float fvi_q_margin_left(const fvi_view *v)
{
    fvi_point l, r;
    if (!v->face) return NAN;
    fvi_eyes(v->found.landmarks, &l, &r);
    return l.x_px / fvi_inter_eye_px(v->found.landmarks);
}

float fvi_q_margin_left_score(float value)
{
    return fvi_score_clamp(100.0f * fvi_sigmoid(value, 0.9f, 0.1f));
}

float fvi_q_margin_right(const fvi_view *v)
{
    fvi_point l, r;
    if (!v->face) return NAN;
    fvi_eyes(v->found.landmarks, &l, &r);
    return ((float)v->found.picture->width_px - r.x_px) / fvi_inter_eye_px(v->found.landmarks);
}

float fvi_q_margin_right_score(float value)
{
    return fvi_q_margin_left_score(value);
}

float fvi_q_margin_above(const fvi_view *v)
{
    fvi_point middle;
    if (!v->face) return NAN;
    float t = eyes_to_chin_px(v->found.landmarks, &middle);
    return middle.y_px / t;
}

float fvi_q_margin_above_score(float value)
{
    return fvi_score_clamp(100.0f * fvi_sigmoid(value, 1.4f, 0.1f));
}

float fvi_q_margin_below(const fvi_view *v)
{
    fvi_point middle;
    if (!v->face) return NAN;
    float t = eyes_to_chin_px(v->found.landmarks, &middle);
    return ((float)v->found.picture->height_px - middle.y_px) / t;
}

float fvi_q_margin_below_score(float value)
{
    return fvi_score_clamp(100.0f * fvi_sigmoid(value, 1.8f, 0.1f));
}

static float cos_squared(float deg)
{
    float c = fabsf(deg) < 90.0f ? cosf(deg * 0.0174532925f) : isnan(deg) ? deg : 0.0f;
    return fvi_score_clamp(100.0f * c * c);
}

float fvi_q_head_yaw(const fvi_view *v)
{
    return v->face ? v->found.pose->yaw_deg : NAN;
}

float fvi_q_head_yaw_score(float value)
{
    return cos_squared(value);
}

float fvi_q_head_pitch(const fvi_view *v)
{
    return v->face ? v->found.pose->pitch_deg : NAN;
}

float fvi_q_head_pitch_score(float value)
{
    return cos_squared(value);
}

float fvi_q_head_roll(const fvi_view *v)
{
    return v->face ? v->found.pose->roll_deg : NAN;
}

float fvi_q_head_roll_score(float value)
{
    return cos_squared(value);
}
