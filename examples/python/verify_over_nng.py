#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks a running service whether a selfie shows the person on the photograph on record.

    protoc --python_out=examples/python --proto_path=proto faceverify.proto
    pip install pynng protobuf
    examples/python/verify_over_nng.py ipc:///run/faceverify/binding.sock selfie.jpg record.jpg

Exit code: 0 verified, 1 any other decision, 3 no answer.
"""
import random
import sys
import time
import uuid

import pynng

import faceverify_pb2 as fv

DEADLINE_S = 10.0


def ask(socket, request, until):
    """The reply to `request`; where the service is busy, asks again with the same id."""
    pause_s = 0.01
    while True:
        left_s = until - time.monotonic()
        if left_s <= 0:
            return None
        request.deadline_ms = max(1, int(left_s * 1000))
        socket.recv_timeout = socket.send_timeout = request.deadline_ms
        socket.send(request.SerializeToString())
        reply = fv.Reply.FromString(socket.recv())
        if reply.status != fv.BUSY:
            return reply
        time.sleep(min(left_s, reply.retry_after_ms / 1000 + pause_s * random.uniform(0.5, 1.5)))
        pause_s = min(1.0, pause_s * 2)


def main(url, selfie, record):
    request = fv.Request(request_id=str(uuid.uuid4()), locale="en")
    with open(selfie, "rb") as f:
        request.verify.selfie = f.read()
    with open(record, "rb") as f:
        request.verify.record_photo = f.read()
    with pynng.Req0(dial=url, resend_time=600_000) as socket:
        try:
            reply = ask(socket, request, time.monotonic() + DEADLINE_S)
        except pynng.Timeout:
            reply = None
    if reply is None:
        print("No answer in time.", file=sys.stderr)
        return 3
    if reply.status != fv.OK:
        print(f"{fv.Status.Name(reply.status)}: {reply.field} {reply.message}", file=sys.stderr)
        return 3
    print(reply.verify.text)
    for reason in reply.verify.reasons:
        print(f"- {reason.text}")
    for text in reply.verify.remedy_texts:
        print(f"  what to do: {text}")
    return 0 if reply.verify.decision in (fv.PASS, fv.NOT_REQUIRED) else 1


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
