"""Schemathesis against the description at /docs. Prints `ok - name` or `not ok - name: why`, one an operation and caller."""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import requests

DEMO = json.loads(os.environ["DEMO_JSON"])
ISSUER = DEMO["issuer"]
SEED = 4711
EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
TIMEOUT = 30

# All checks are on but these:
OFF = {
    # A schema cannot say which scopes exist, what a redirect URI may look like, or that a code is one that was given out.
    "positive_data_acceptance": "well-formed requests are rightly refused",
}


REPAIRED = [f"{name}{place}" for name in ("token", "revoke", "introspect") for place in ("", "_api", "_v1")]
REPAIRED += ["authorize", "authorize_v1", "consent", "consent_v1"]
# The form may be empty and unknown parameters are ignored (RFC 6749 section 3.1), so every text is a valid form.
REPAIRED += ["userinfo", "userinfo_post", "userinfo_api", "userinfo_api_post", "userinfo_v1", "userinfo_post_v1"]
# They answer pages to browsers, and redirect to clients; the Rust tests hold them against the description.
PAGES = ["authorize_page", "authorize_page_form"]
REFUSED = [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429]


def client_of(kind):
    return next(each for each in DEMO["clients"] if each["kind"] == kind)


def workspace():
    return DEMO["users"][0]["workspaces"][0]["id"]


def config(bearer):
    """Schemathesis' settings, as TOML: JSON's texts, numbers and booleans are TOML's as well."""
    machine = client_of("machine")
    lines = [
        f"seed = {SEED}",
        "continue-on-failure = true",
        "[parameters]",
        f'"header.Countersign-Workspace" = {json.dumps(workspace())}',
        "[generation]",
        f"max-examples = {EXAMPLES}",
        'database = "none"',
        "[checks]",
        *(f"{name}.enabled = false" for name in OFF),
        "response_schema_conformance.validate-formats = true",
        # 412 says no as well: a malformed If-Match matches nothing.
        f"negative_data_rejection.expected-statuses = {json.dumps(REFUSED)}",
        f"[auth.openapi.bearer]\nbearer = {json.dumps(bearer)}",
        f"[auth.openapi.client]\nusername = {json.dumps(machine['client_id'])}",
        f"password = {json.dumps(machine['client_secret'])}",
        # The hooks turn what they are given into good requests; and JSON numbers and booleans count as their text there.
        f"[[operations]]\ninclude-operation-id = {json.dumps(REPAIRED)}",
        "[operations.checks]\nnegative_data_rejection.enabled = false",
        f"[[operations]]\ninclude-operation-id = {json.dumps(PAGES)}\nenabled = false",
    ]
    return "\n".join(lines) + "\n"


def call(path, bearer):
    headers = {"authorization": f"Bearer {bearer}", "countersign-workspace": workspace()}
    return requests.get(f"{ISSUER}{path}", headers=headers, timeout=TIMEOUT)


def results(junit):
    """Each operation with its failures."""
    for case in ElementTree.parse(junit).iter("testcase"):
        faults = [each for each in case if each.tag in ("failure", "error")]
        yield case.get("name"), [" ".join((each.get("message") or each.text or each.tag).split()) for each in faults]


def run(caller, bearer, own_list):
    # The run shall not revoke the credential that it lives by.
    own = call(own_list, bearer).json()["items"][0]["id"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schemathesis.toml").write_text(config(bearer))
        junit = Path(folder) / "junit.xml"
        command = [Path(sys.executable).parent / "schemathesis", "run", f"{ISSUER}/docs/openapi.json", "--no-color"]
        command += ["--report", "junit", "--report-junit-path", junit]
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "described_api_hooks", "OWN_CREDENTIAL": own}
        environment["PYTHONPATH"] = str(Path(__file__).parent)
        done = subprocess.run(command, cwd=folder, env=environment, check=False)
        if done.returncode not in (0, 1) or not junit.exists():
            return [(f"{caller}: the whole run", [f"ended with {done.returncode}"])]
        all_results = [(f"{caller}: {name}", faults) for name, faults in results(junit)]
    tested = sum(name.split(": ", 1)[1].split(" ")[0].isupper() for name, _ in all_results)
    described = requests.get(f"{ISSUER}/docs/openapi.json", timeout=TIMEOUT).json()["paths"].values()
    if tested < sum(len(item) for item in described) - len(PAGES):
        all_results.append((f"{caller}: every operation", [f"only {tested} were tested"]))
    alive = call(own_list, bearer).status_code
    all_results.append((f"{caller}: its credential is good to the end", [] if alive == 200 else [f"status {alive}"]))
    return all_results


def main():
    wanted = os.environ.get("SCENARIOS", "")
    if wanted not in "described api":
        return 0
    callers = [
        ("an API key", DEMO["api_key"], "/api/v1/api-keys"),
        ("a person", DEMO["personal_access_token"], "/api/v1/personal-access-tokens"),
    ]
    failed = False
    for caller in callers:
        for name, faults in run(*caller):
            failed = failed or bool(faults)
            print(f"not ok - {name}: {'; '.join(faults)}" if faults else f"ok - {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
