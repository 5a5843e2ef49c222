# SPDX-License-Identifier: Apache-2.0
"""Two services behind a real HAProxy in tcp mode, with the configuration of packaging/."""
import concurrent.futures
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

from cli import MODELS, PROGRAM, RECORD, SELFIE, YES, Case, environment, run

HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
CONFIGURATION = os.environ["FV_HAPROXY_CFG"]
PATIENCE_S = 240  # for what happens in a second on a machine of its own


def free_ports(n):
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [h.getsockname()[1] for h in holders]
    for h in holders:
        h.close()
    return ports


def get(port, path):
    """Status and text; None where nobody answers."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException):
        return None


def requests_of(port):
    """How many requests the service has answered."""
    answer = get(port, "/metrics")
    return 0 if answer is None else sum(
        int(float(line.rsplit(" ", 1)[1])) for line in answer[1].splitlines()
        if line.startswith("faceverify_requests_total{"))


class Balanced(Case):
    def await_(self, what, condition):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)  # the pace of asking: nothing here tells when to ask again

    def start(self, name, *command, **more):
        log = open(self.path(name), "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=environment(**more))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def setUp(self):
        super().setUp()
        self.front, *ports = free_ports(5)
        self.backends = [(ports[0], ports[1]), (ports[2], ports[3])]
        self.services = [
            self.start(f"service{i}.log", PROGRAM, "serve", "--models", MODELS, "--set",
                       "service.workers=1", "--listen", f"tcp://127.0.0.1:{port}", "--http",
                       f"http://127.0.0.1:{health}")
            for i, (port, health) in enumerate(self.backends)]
        for _, health in self.backends:
            self.await_("a service is ready", lambda h=health: (get(h, "/readyz") or [0])[0] == 200)
        (a, a_health), (b, b_health) = self.backends
        self.haproxy = self.start(
            "haproxy.log", HAPROXY, "-db", "-f", CONFIGURATION, FV_FRONT=f"127.0.0.1:{self.front}",
            FV_A=f"127.0.0.1:{a}", FV_B=f"127.0.0.1:{b}", FV_A_HEALTH=str(a_health),
            FV_B_HEALTH=str(b_health))
        self.await_("HAProxy listens", self.connects)

    def connects(self):
        try:
            socket.create_connection(("127.0.0.1", self.front), timeout=10).close()
        except OSError:
            return False
        return True

    def load(self, requests):
        """Four callers with a connection each, one request after the other."""
        return subprocess.Popen(
            [PROGRAM, "bench", "--json", "--url", f"tcp://127.0.0.1:{self.front}", "--concurrency",
             "4", "--warmup", "0", "--requests", str(requests), "--deadline-ms", "600000", SELFIE,
             RECORD], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment())

    def all_answered(self, bench, requests):
        out, err = bench.communicate(timeout=PATIENCE_S)
        self.assertEqual(bench.returncode, 0, err)
        report = json.loads(out)
        self.assertEqual((report["sent"], report["answered"], report["errors"]),
                         (requests, requests, 0), report)
        self.assertEqual(report["operations"]["verify"]["answers"], {"PASS": requests})

    def test_requests_spread_and_none_is_lost_with_a_server(self):
        requests = 120
        bench = self.load(requests)
        for _, health in self.backends:
            self.await_("both are asked", lambda h=health: requests_of(h) >= 3)
        before = [requests_of(health) for _, health in self.backends]
        self.assertLess(sum(before), requests, "the load was over before a server was killed")
        self.services[0].send_signal(signal.SIGKILL)
        self.all_answered(bench, requests)
        self.assertGreater(requests_of(self.backends[1][1]), before[1])

    def test_a_server_that_drains_loses_nothing(self):
        """Callers that try again when they are told BUSY, as the client does, notice nothing."""
        def ask(_):
            done = run("verify", "--url", f"tcp://127.0.0.1:{self.front}", "--deadline-ms",
                       "120000", SELFIE, RECORD)
            return YES if done.returncode == YES else (done.returncode, done.stdout, done.stderr)

        with concurrent.futures.ThreadPoolExecutor(4) as callers:
            answers = callers.map(ask, range(40))
            for _, health in self.backends:
                self.await_("both are asked", lambda h=health: requests_of(h) >= 3)
            self.services[0].send_signal(signal.SIGTERM)
            self.assertEqual(self.services[0].wait(PATIENCE_S), 0)
            drained = requests_of(self.backends[1][1])
            self.assertEqual(list(answers), [YES] * 40)
        self.assertGreater(requests_of(self.backends[1][1]), drained)


if __name__ == "__main__":
    if HAPROXY is None:
        print("skipped: haproxy is not installed")
        sys.exit(77)
    unittest.main(verbosity=2)
