"""oauth2-proxy with its OpenID Connect provider, by the flags of its documentation. It demands a verified address."""

import json
import os
import secrets

from application import URL, browser, free_port, program
from scenarios import ISSUER, create_client, run, set_email_verified, user_with

CLIENT_ID, SECRET = create_client("oauth2-proxy", f"{URL}/oauth2/callback")
PORT = free_port()
FLAGS = [
    "--provider=oidc",
    "--provider-display-name=Countersign",
    f"--client-id={CLIENT_ID}",
    f"--client-secret={SECRET}",
    f"--redirect-url={URL}/oauth2/callback",
    f"--oidc-issuer-url={ISSUER}",
    f"--cookie-secret={secrets.token_hex(16)}",
    "--email-domain=*",
    # Its place behind the proxy that ends TLS, and something to protect.
    f"--http-address=127.0.0.1:{PORT}",
    "--reverse-proxy=true",
    "--upstream=static://200",
]


def sign_in(user):
    agent = browser(PORT)
    return agent, agent.authorize(f"{URL}/oauth2/start?rd=/oauth2/userinfo", user)


def unverified():
    user = user_with(1)
    set_email_verified(user, False)
    _, page = sign_in(user)
    assert page.status in (403, 500) and page.url.startswith(f"{URL}/oauth2/callback"), f"{page.status} {page.text}"


def verified():
    user = user_with(1)
    set_email_verified(user, True)
    agent, page = sign_in(user)
    assert page.status == 200, f"{page.status} {page.text}"
    info = json.loads(page.text)
    assert info["email"] == user["email"] and info["user"] == user["id"], info
    assert agent.open(f"{URL}/").status == 200, "what it protects stays closed"


def stranger():
    page = browser(PORT).open(f"{URL}/")
    assert page.status == 403, page.status


with program([os.environ["OAUTH2_PROXY"], *FLAGS], PORT, ready="/ping"):
    run({
        "what it protects is closed to strangers": stranger,
        "an address that is not verified is refused": unverified,
        "a person with a verified address signs in": verified,
    })
