# SPDX-License-Identifier: Apache-2.0
"""tls+tcp: who calls shows a certificate, and so does the service; a test of the whole way."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from cli import FAULT, RECORD, SELFIE, USAGE, YES, Case, one_document, run
from service import Service

CERTIFY = os.environ["FV_CERTIFY"]
FOLDER = None
SERVICE = None
URL = None


def of(name, kind="crt"):
    return os.path.join(FOLDER, f"{name}.{kind}")


def setUpModule():
    global FOLDER, SERVICE, URL  # pylint: disable=global-statement
    FOLDER = tempfile.mkdtemp(prefix="fv-tls-")
    for name, *host in (("service", "127.0.0.1"), ("caller",), ("stranger",)):
        subprocess.run([CERTIFY, FOLDER, name, *host], check=True)
    SERVICE = Service(f"service.tls_cert_file={of('service')}",
                      f"service.tls_key_file={of('service', 'key')}",
                      f"service.tls_ca_file={of('caller')}",
                      listen=("--listen", "tls+tcp://127.0.0.1:0"))
    URL = re.search(r"binding=(tls\+tcp://127.0.0.1:\d+)", SERVICE.ready)[1]


def tearDownModule():
    code = SERVICE.stop()
    shutil.rmtree(FOLDER)
    assert code == 0


def as_(name):
    return "--tls-cert", of(name), "--tls-key", of(name, "key")


class Tls(Case):
    def test_who_is_known_is_answered(self):
        done = run("verify", "--json", "--url", URL, "--tls-ca", of("service"), *as_("caller"),
                   SELFIE, RECORD)
        self.assertEqual(done.returncode, YES, done.stderr)
        reply = one_document(done.stdout)
        self.assertEqual(reply["decision"], "PASS")
        self.assertNotIn("similarity", reply)  # not the role's

    def not_connected(self, url, *options):
        """All that nng tells is that there is no connection: it is given 1.5 s."""
        self.refused(FAULT, "", ["no connection", url, "certificate"], "verify", "--url", url,
                     "--deadline-ms", "1500", *options, SELFIE, RECORD, status="INTERNAL")

    def test_who_is_not_known_is_not(self):
        for who in (), as_("stranger"):
            self.not_connected(URL, "--tls-ca", of("service"), *who)

    def test_a_service_that_is_not_known_gets_no_photograph(self):
        self.not_connected(URL, "--tls-ca", of("stranger"), *as_("caller"))

    def test_the_name_counts(self):
        """The certificate is for 127.0.0.1, and not for whoever answers there."""
        self.not_connected(URL.replace("127.0.0.1", "localhost"), "--tls-ca", of("service"),
                           *as_("caller"))

    def test_files_that_are_wrong_are_named(self):
        missing = of("missing")
        for option, field, *rest in (("--tls-ca", "tls_ca_file"),
                                     ("--tls-cert", "tls_cert_file", "--tls-key",
                                      of("caller", "key"), "--tls-ca", of("service"))):
            self.refused(USAGE, field, [missing], "verify", "--url", URL, option, missing, *rest,
                         SELFIE, RECORD)


if __name__ == "__main__":
    unittest.main(verbosity=2)
