"""Tests the interface of a centre that runs against its own description, as six kinds of callers.

Usage: run.py PROGRAM FOLDER

PROGRAM is `yuyue-central`. FOLDER is emptied and takes the centre of a small made-up city, the certificates of its
devices, and one JUnit report for each caller: `everybody.xml`, `counter.xml` (nobody is signed in), `kiosk.xml`, `clerk.xml`,
`supervisor.xml` and `operator.xml`. The exit code is 0 when nothing failed.
"""

import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

HERE = pathlib.Path(__file__).parent
APPLICANTS = 300
TIMEOUT_SECONDS = 30
# How many cases schemathesis makes up for each operation beside the systematic ones.
EXAMPLES = 40
CONFIG = """[serve]
devices = "127.0.0.1:0"
public = "127.0.0.1:0"
admin = "127.0.0.1:0"
device_requests_per_minute = 1000000
public_requests_per_minute = 1000000
"""
# Whoever is signed in at a counter, with the role.
STAFF = ("clerk", "supervisor", "operator")
PASSWORD = "a password of the tests"


class Centre:
    """A centre in a folder."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.authority = folder / "authority.pem"

    def ask(self, *arguments):
        """What a command of the program prints; a password is there for those that ask for one."""
        command = [self.program, *arguments, "--folder", str(self.folder)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, input=f"{PASSWORD}\n").stdout

    @contextlib.contextmanager
    def serve(self):
        """Runs it; its log goes to `serve.log`."""
        config = self.folder / "centre.toml"
        config.write_text(CONFIG)
        command = [self.program, "serve", "--folder", str(self.folder), "--config", str(config)]
        with open(self.folder / "serve.log", "w") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                # It says where it listens as soon as it does.
                line = process.stdout.readline()
                self.devices, self.public, _ = re.findall(r"127\.0\.0\.1:\d+", line)
                yield
            finally:
                process.terminate()
                process.wait(TIMEOUT_SECONDS)

    def enrol(self, name, kind, office):
        """Enrols a computer; `<name>.pem` is then its connection's certificate and key."""
        added = self.ask("device", "add", "--kind", kind, "--label", name, "--office", str(office), "--json")
        signing = ed25519.Ed25519PrivateKey.generate()
        connection = ec.generate_private_key(ec.SECP256R1())
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(connection, hashes.SHA256())
        answer = requests.post(
            f"https://{self.public}/v1/devices/enroll",
            json={
                "code": json.loads(added)["code"],
                "signing_key": base64.b64encode(signing.public_key().public_bytes_raw()).decode(),
                "certificate_request": request.public_bytes(serialization.Encoding.PEM).decode(),
            },
            verify=self.authority,
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        key = connection.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self.folder / f"{name}.pem").write_text(answer.json()["certificate"] + key.decode())
        return {
            "device": answer.json()["device"],
            "signing_key": base64.b64encode(signing.private_bytes_raw()).decode(),
        }

    def at_counter(self, method, path, counter="counter", **more):
        """What the centre answers a counter."""
        answer = requests.request(
            method,
            f"https://{self.devices}{path}",
            cert=str(self.folder / f"{counter}.pem"),
            verify=self.authority,
            timeout=TIMEOUT_SECONDS,
            **more,
        )
        answer.raise_for_status()
        return answer.json()


def prepare(centre):
    """Enrols a counter and a kiosk, signs a clerk in, and notes what the tests need to know in `callers.json`."""
    clerk = json.loads(centre.ask("clerk", "list", "--json"))[0]
    callers = {kind: centre.enrol(kind, kind, clerk["office"]) for kind in ("counter", "kiosk")}
    staff_number = clerk["staff_number"]
    password = {"staff_number": staff_number, "password": f"peixun-{staff_number}"}
    callers["clerk"] = {"id": clerk["clerk"], "token": centre.at_counter("POST", "/v1/sign-in", json=password)["token"]}
    for number, role in enumerate(STAFF[1:], 9001):
        office, who = str(clerk["office"]), str(number)
        add = ("clerk", "add", "--staff-number", who, "--name", "样例员", "--office", office, "--role", role, "--json")
        added, device = json.loads(centre.ask(*add)), centre.enrol(role, "counter", clerk["office"])
        answer = centre.at_counter("POST", "/v1/sign-in", role, json={"staff_number": who, "password": PASSWORD})
        callers[role] = {"id": added["id"], "token": answer["token"]} | device
    # The people, applications, sessions and sites that there are, so that commands can be about them.
    numbers = {table: [] for table in ("applicant", "application", "session", "site")}
    changes = centre.at_counter("GET", "/v1/changes")["changes"]
    to_publish = {}
    for row in (change["set"] for change in changes if "set" in change):
        if row["table"] in numbers:
            numbers[row["table"]].append(row["row"].get("id") or row["row"]["applicant"]["id"])
        if row["table"] == "session" and row["row"]["extended"] is None:
            to_publish.setdefault(row["row"]["subject"], []).append(row["row"]["id"])
    (centre.folder / "callers.json").write_text(json.dumps(callers | numbers | {"open": to_publish}))
    return {role: callers[role]["token"] for role in STAFF}


def test_as(caller, centre, tokens):
    """Has schemathesis call as one of the six; whether nothing failed."""
    command = [str(pathlib.Path(sys.executable).with_name("st")), "--config-file", str(HERE / "schemathesis.toml")]
    command += ["run", str(centre.folder / "openapi.json"), "--tls-verify", str(centre.authority)]
    command += ["--max-examples", str(EXAMPLES), "--report", "junit"]
    command += ["--report-junit-path", str(centre.folder / f"{caller}.xml")]
    if caller == "everybody":
        command += ["--url", f"https://{centre.public}", "--include-tag", "public"]
    else:
        # The stream of news never ends; a test of the package reads it.
        command += ["--url", f"https://{centre.devices}", "--include-tag", "devices"]
        command += ["--exclude-path", "/v1/changes/live"]
        device = "counter" if caller == "clerk" else caller
        command += ["--request-cert", str(centre.folder / f"{device}.pem")]
    if caller == "kiosk":
        # It may not look anybody up, with or without a token, so it is told 403 where others are told 401.
        command += ["--exclude-checks", "missing_required_header"]
    if caller in STAFF:
        command += ["--header", f"Authorization:Bearer {tokens[caller]}"]
    if caller in ("supervisor", "operator"):
        # They would shut themselves out; a test of the package shuts others out.
        command += ["--exclude-path", "/v1/devices/{id}/revoke"]
    environment = os.environ | {
        "YUYUE_CALLER": caller,
        "YUYUE_CALLERS": str(centre.folder / "callers.json"),
        "SCHEMATHESIS_HOOKS": "checks",
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    print(f"--- as {caller}", flush=True)
    return subprocess.run(command, env=environment, cwd=centre.folder).returncode == 0


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2]).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    centre = Centre(program, folder)
    centre.ask("generate", "--applicants", str(APPLICANTS), "--seed", "7")
    description = subprocess.run([program, "openapi"], check=True, stdout=subprocess.PIPE).stdout
    (folder / "openapi.json").write_bytes(description)
    with centre.serve():
        tokens = prepare(centre)
        results = [test_as(caller, centre, tokens) for caller in ("everybody", "counter", "kiosk", *STAFF)]
    sys.exit(0 if all(results) else 1)


main()
