"""What the suites share: what the demo said, and the lines `ok - name` or `not ok - name: why`."""

import json
import os
import sys
import traceback

import requests

# What `countersign demo --json` said.
DEMO = json.loads(os.environ["DEMO_JSON"])
ISSUER = DEMO["issuer"]


def client_of(kind):
    return next(each for each in DEMO["clients"] if each["kind"] == kind)


def user_with(workspaces):
    return next(each for each in DEMO["users"] if len(each["workspaces"]) == workspaces)


def discovered():
    """The server's metadata, for clients that do not read it themselves."""
    response = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=30)
    response.raise_for_status()
    return response.json()


def create_client(name, redirect_uri, scopes=("openid", "profile", "email"), **more):
    """A confidential client, as a developer creates it with an API key; answers its id and secret."""
    response = requests.post(
        f"{ISSUER}/oidc/clients",
        json={
            "name": name,
            "description": "",
            "homepage_url": "https://app.example",
            "redirect_uris": [redirect_uri],
            "scopes": list(scopes),
            **more,
        },
        headers={"authorization": f"Bearer {DEMO['api_key']}"},
        timeout=30,
    )
    assert response.status_code == 200, response.text
    answer = response.json()
    return answer["client"]["id"], answer["client_secret"]


def set_email_verified(user, verified):
    """What an operator does, whose token the demo made."""
    response = requests.put(
        f"{ISSUER}/api/v1/users/{user['id']}/email-verification",
        json={"email": user["email"], "verified": verified},
        headers={"authorization": f"Bearer {DEMO['personal_access_token']}"},
        timeout=30,
    )
    assert response.status_code == 200, response.text


def run(scenarios):
    """Runs the scenarios one after the other, and ends the program. A scenario is a name and a function."""
    failed = False
    for name, scenario in scenarios.items():
        if os.environ.get("SCENARIOS", "") not in name:
            continue
        try:
            scenario()
            print(f"ok - {name}", flush=True)
        except Exception as error:  # every scenario gets its turn
            failed = True
            while isinstance(error, ExceptionGroup):
                error = error.exceptions[0]
            # The last line of the suite's own; what lies deeper belongs to a library.
            suite = os.path.abspath(sys.argv[0])
            where = traceback.extract_tb(error.__traceback__)
            line = next((f.lineno for f in reversed(where) if os.path.abspath(f.filename) == suite), 0)
            why = " ".join(f"{type(error).__name__} {error} (line {line})".split())
            print(f"not ok - {name}: {why}", flush=True)
    sys.exit(1 if failed else 0)
