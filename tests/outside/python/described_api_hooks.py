"""What Schemathesis cannot know: a real application to ask for, and the branch that it sits on."""

import json
import os
import re
import zlib

import schemathesis

DEMO = json.loads(os.environ["DEMO_JSON"])
OWN = {os.environ["OWN_CREDENTIAL"], *(each["client_id"] for each in DEMO["clients"])}
WEB = next(each for each in DEMO["clients"] if each["kind"] == "web")
# What an authorization request must have to come as far as the user.
REQUEST = {
    "client_id": WEB["client_id"],
    "redirect_uri": WEB["redirect_uris"][0],
    "scope": "openid",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}
WORKSPACE = DEMO["users"][0]["workspaces"][0]["id"]
KEY = re.compile(r"[!-~]{1,255}")
TAG = re.compile(r'\*|"r[0-9]{1,18}"')


def three_in_four(case):
    """The same every time for the same request."""
    return zlib.crc32(repr((case.query, case.body)).encode()) % 4 > 0


@schemathesis.hook
def before_call(context, case, kwargs):
    name = case.operation.definition.raw["operationId"].split("_")[0]
    if case.method != "GET":
        # Whatever would change the run's own credential or applications names one that does not exist.
        for name, value in case.path_parameters.items():
            if value in OWN:
                case.path_parameters[name] = value[:4] + "0" * 26
    if name == "authorize" and isinstance(case.query, dict) and three_in_four(case):
        case.query.update(REQUEST)
    # Good headers that are the same every time would hide what is behind them: a key that was used, a tag that is old.
    if KEY.fullmatch(case.headers.get("Idempotency-Key", "")):
        case.headers["Idempotency-Key"] = f"key-{zlib.crc32(repr(case.body).encode())}"
    if TAG.fullmatch(case.headers.get("If-Match", "")) and three_in_four(case):
        case.headers["If-Match"] = "*"
    if not isinstance(case.body, dict) or not three_in_four(case):
        return
    if name in ("token", "revoke", "introspect"):
        # The client authenticates by header; a second way is refused before anything else is looked at.
        case.body.pop("client_id", None)
        case.body.pop("client_secret", None)
    if name == "consent":
        case.body.pop("interaction", None)
        case.body.pop("action", None)
        case.body.update(REQUEST, decision="allow", workspace=WORKSPACE)


@schemathesis.hook
def filter_case(context, case):
    """Drops queries that look wrong and are not: HTTP has no way to refuse parameters that nobody knows, OAuth says to
    ignore them, and everywhere an empty one counts as omitted."""
    return not any(name.startswith("x-schemathesis-unknown") or value in ("", {}, []) for name, value in (case.query or {}).items())
