# SPDX-License-Identifier: Apache-2.0
"""A running service for a test: `faceverify serve` with a socket for each role."""
import os
import shutil
import signal
import subprocess
import tempfile

from cli import MODELS, PROGRAM, TIMEOUT_S, environment


class Service:
    """Answers when __init__ returns."""

    def __init__(self, *settings, listen=()):
        self.dir = tempfile.mkdtemp(prefix="fv-service-")
        self.binding = f"ipc://{self.dir}/binding"
        self.ops = f"ipc://{self.dir}/ops"
        args = [PROGRAM, "serve", "--models", MODELS, "--http", "", "--listen", self.binding,
                "--ops-listen", self.ops, *listen, "--set", "service.workers=1"]
        for setting in settings:
            args += ["--set", setting]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(args, env=environment(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log)
        self.ready = self.process.stdout.readline().decode()
        if not self.ready:
            self.log.seek(0)
            raise RuntimeError(self.log.read().decode())

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.stdout.close()
            self.log.close()
            shutil.rmtree(self.dir)

    def path(self, url):
        """Of an ipc:// URL."""
        return os.path.join(self.dir, url.rsplit("/", 1)[1])
