# SPDX-License-Identifier: Apache-2.0
"""The service as a process: started, killed, told to end, told to load anew, with real clients."""
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

PROGRAM = os.environ["FV_CLI"]
ASKER = os.environ["FV_ASKER"]
DATA = os.environ["FV_DATA"]
MODELS = os.environ["FV_MODELS"]
HANG_CLOSE = os.environ.get("FV_HANG_CLOSE", "")
SELFIE = os.path.join(DATA, "selfie_obama.jpg")
RECORD = os.path.join(DATA, "record_obama.jpg")
PATIENCE_S = 120


def wait_for(what, condition):
    """Polls: these are other processes."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.005)


class Service:
    """faceverify serve on an ipc path; its log is a file."""

    def __init__(self, folder, *options, config=None, env=None, files=None):
        self.url = f"ipc://{folder}/b"
        self.path = f"{folder}/b"
        self.log_name = os.path.join(folder, f"log{time.monotonic_ns()}")
        self.log_file = open(self.log_name, "wb")
        command = [PROGRAM, "serve", "--models", MODELS, "--listen", self.url, "--http", "",
                   "--set", "service.probe_ms=200", "--set", "service.workers=2"]
        if config:
            command += ["--config", config]
        self.process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE,
                                        stderr=self.log_file, stdin=subprocess.DEVNULL,
                                        env=os.environ | (env or {}),
                                        preexec_fn=files and (lambda: resource.setrlimit(
                                            resource.RLIMIT_NOFILE, files)))

    def ready(self):
        line = self.process.stdout.readline().decode()
        assert line.startswith("faceverify serve: ready:"), line + self.log()
        assert self.url in line
        self.ready_line = line
        return self

    def log(self):
        with open(self.log_name, "rb") as f:
            return f.read().decode()

    def count(self, *texts):
        return sum(all(t in line for t in texts) for line in self.log().splitlines())

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE_S)
        self.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log_file.close()


def ask(url, prefix, count=1):
    return subprocess.Popen([ASKER, url, prefix, str(count), SELFIE, RECORD],
                            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)


def answers(client):
    out, _ = client.communicate(timeout=PATIENCE_S)
    return [line.split()[:3] for line in out.decode().splitlines()]


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="fv-service-")
        self.services = []

    def tearDown(self):
        for s in self.services:
            s.close()
        shutil.rmtree(self.folder)

    def start(self, *options, **kwargs):
        s = Service(self.folder, *options, **kwargs)
        self.services.append(s)
        return s.ready()

    def refused(self, *options):
        done = subprocess.run([PROGRAM, "serve", "--models", MODELS, "--set", "service.http=",
                               *options],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S,
                              check=False)
        self.assertEqual(done.stdout, b"")
        return done.returncode, done.stderr.decode()

    @unittest.skipUnless(HANG_CLOSE, "a sanitizer's library would have to be loaded first")
    def test_ends_by_itself_where_nng_is_stuck(self):
        """All that was accepted is answered, and the exit code asks for a new start."""
        trigger = os.path.join(self.folder, "hang")
        s = self.start(env={"LD_PRELOAD": HANG_CLOSE, "FV_HANG": trigger})
        client = ask(s.url, "r", 20)
        wait_for("a reply", lambda: s.count("decision=PASS") >= 1)
        open(trigger, "wb").close()
        self.assertEqual([status for _, status, _ in answers(client)], ["OK"] * 20)
        self.assertEqual(s.process.wait(PATIENCE_S), 3)
        self.assertEqual(s.count("nng_stuck"), 1)
        self.assertEqual(s.count("start the service anew"), 2)
        os.unlink(trigger)

    def test_peers_that_reset_in_the_middle_of_a_message(self):
        """nng 1.5.2 may be stuck by it. Then the service says so, answers, and ends."""
        # what hangs at the end is not freed
        checks = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        s = self.start("--set", "service.listen_ops=tcp://127.0.0.1:0",
                       env={"ASAN_OPTIONS": checks})
        line = re.search(r"ops=tcp://127.0.0.1:(\d+)", s.ready_line)
        message = bytes(7) + bytes([14, 0x80]) + bytes(13)  # no request: 10 bytes and an id
        for _ in range(60):
            with socket.create_connection(("127.0.0.1", int(line[1]))) as peer:
                peer.sendall(b"\0SP\0\0\x30\0\0" + message * 3 + bytes(5))
                peer.recv(8)
        client = ask(s.url, "r", 3)
        self.assertEqual([status for _, status, _ in answers(client)], ["OK"] * 3)
        noticed = time.monotonic() + 15  # it gives nng 10 s
        while not s.count("nng_stuck") and time.monotonic() < noticed:
            time.sleep(0.05)
        if s.count("nng_stuck"):
            self.assertEqual(s.process.wait(PATIENCE_S), 3)
        else:
            self.assertEqual(s.end(), 0)

    def test_descriptors_for_all_connections(self):
        """It takes what the system allows; where that is too little, it says so and answers."""
        for files, said in (((256, 8192), 0), ((256, 256), 1)):
            s = self.start(files=files)
            self.assertEqual(s.count("few_descriptors", "256 may be open"), said)
            with open(f"/proc/{s.process.pid}/limits", encoding="ascii") as limits:
                soft = re.search(r"Max open files +(\d+)", limits.read())
            self.assertEqual(int(soft[1]), 256 if said else 4096 + 128)
            self.assertEqual(answers(ask(s.url, f"r{said}"))[0][1], "OK")
            self.assertEqual(s.end(), 0)

    def test_answers_and_ends(self):
        s = self.start()
        self.assertEqual(answers(ask(s.url, "r")), [["r-0", "OK", "0"]])
        self.assertEqual(answers(ask(s.url, "r")), [["r-0", "OK", "1"]])
        self.assertEqual(s.count("request_id=r-0", "decision=PASS", "embed_us="), 1)
        self.assertEqual(s.end(), 0)
        self.assertFalse(os.path.exists(s.path))
        self.assertEqual(s.count("event=drained"), 1)

    def test_every_operation(self):
        ops = f"ipc://{self.folder}/o"
        s = self.start("--ops-listen", ops)
        for url, command, photos in ((s.url, "verify", 2), (ops, "match", 2), (s.url, "match", 2),
                                     (s.url, "quality", 1), (ops, "liveness", 1)):
            done = subprocess.run([PROGRAM, command, "--json", "--url", url,
                                   *[SELFIE, RECORD][:photos]],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=PATIENCE_S, check=False)
            if command == "match" and url == s.url:
                self.assertIn(b"PERMISSION_DENIED", done.stdout)
            else:
                self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(s.count("op=quality", "status=OK", "quality_us="), 1)
        self.assertEqual(s.count("op=liveness", "status=OK", "liveness_us="), 1)
        self.assertEqual(s.count("op=match", "status=OK", f"listener={ops}"), 1)

    def test_ctrl_c_ends_it_too(self):
        self.assertEqual(self.start().end(signal.SIGINT), 0)

    def test_what_is_wrong_is_told_by_its_name(self):
        s = self.start()
        busy = socket.socket()
        self.addCleanup(busy.close)
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        broken = os.path.join(self.folder, "models")
        shutil.copytree(MODELS, broken)
        with open(os.path.join(broken, "pack.json"), "a", encoding="utf-8") as f:
            f.write("x")
        for code, says, options in (
                (2, "--listen", []),
                (2, "is not ipc://PATH", ["--listen", "ftp://x"]),
                (2, "beyond loopback", ["--listen", "tcp://0.0.0.0:1"]),
                (2, "tls_cert_file", ["--listen", "tls+tcp://0.0.0.0:1"]),
                (2, "another service answers there", ["--listen", s.url]),
                (2, "folder does not exist", ["--listen", "ipc:///no/folder/x"]),
                (2, "another program listens there", ["--listen", f"tcp://127.0.0.1:{port}"]),
                (2, "service.message_bytes", ["--listen", "ipc:///tmp/x", "--set",
                                              "service.message_bytes=4096"]),
                (2, "service.workers", ["--listen", "ipc:///tmp/x", "--set", "service.workers=x"]),
                (3, "service.http", ["--listen", f"ipc://{self.folder}/x", "--http",
                                     f"http://127.0.0.1:{port}"]),
                (3, "pack.json", ["--listen", f"ipc://{self.folder}/x", "--models", broken])):
            got, text = self.refused(*options)
            self.assertIn(says, text)
            self.assertEqual(got, code, text)
        self.assertEqual(answers(ask(s.url, "after")), [["after-0", "OK", "0"]])

    def test_killed_and_started_again_while_a_client_waits(self):
        s = self.start()
        stopped = s.process
        stopped.send_signal(signal.SIGSTOP)  # it has the request, and no answer
        client = ask(s.url, "waits")
        time.sleep(0.2)  # time for it to connect and send; if it is later the test still holds
        stopped.send_signal(signal.SIGKILL)
        stopped.wait()
        self.assertTrue(os.path.exists(s.path))  # nobody tidied up
        self.start()
        self.assertEqual(answers(client), [["waits-0", "OK", "0"]])

    def test_a_client_that_is_killed_in_mid_request(self):
        s = self.start()
        for i in range(5):
            client = ask(s.url, f"killed{i}")
            time.sleep(0.01 * i)
            client.kill()
            client.communicate()
        self.assertEqual(answers(ask(s.url, "after", 3)),
                         [[f"after-{i}", "OK", "0"] for i in range(3)])
        self.assertEqual(s.end(), 0)

    def test_end_under_load_loses_nothing(self):
        s = self.start()
        clients = [ask(s.url, f"c{i}", 1000) for i in range(4)]
        lines = [[] for _ in clients]

        def read(i):
            for line in clients[i].stdout:
                lines[i].append(line.decode().split())
        readers = [threading.Thread(target=read, args=(i,)) for i in range(len(clients))]
        for r in readers:
            r.start()
        wait_for("load", lambda: s.count("status=OK") >= 20)
        self.assertEqual(s.end(), 0)
        for client in clients:  # they wait for a service that is gone
            client.terminate()
            client.wait()
        for r in readers:
            r.join()
        for client in clients:
            client.stdout.close()
        got = sum(line[1] == "OK" for of in lines for line in of)
        self.assertEqual(got, s.count("event=request", "status=OK"))
        self.assertGreaterEqual(got, 20)

    def test_reload_under_load(self):
        config = os.path.join(self.folder, "faceverify.yaml")
        with open(config, "w", encoding="utf-8") as f:
            f.write("policy:\n  match_fmr: 1e-4\n")
        s = self.start(config=config)
        client = ask(s.url, "load", 60)
        wait_for("load", lambda: s.count("status=OK") >= 3)
        with open(config, "w", encoding="utf-8") as f:
            f.write("policy:\n  match_fmr: nonsense\n")
        s.process.send_signal(signal.SIGHUP)
        wait_for("refusal", lambda: s.count("event=reload_failed", "match_fmr") == 1)
        with open(config, "w", encoding="utf-8") as f:
            f.write("policy:\n  match_fmr: 1e-3\nservice:\n  queue: 7\n")
        s.process.send_signal(signal.SIGHUP)
        wait_for("reload", lambda: s.count("event=reloaded") == 1)
        wait_for("hint", lambda: s.count("event=reload_not_all", "service") == 1)
        self.assertEqual(answers(client), [[f"load-{i}", "OK", "0"] for i in range(60)])
        self.assertEqual(s.end(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
