"""requests-oauthlib as its documentation sets it up: the web application flow, which knows no PKCE, and two more."""

import os

# The demo speaks HTTP.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session

from scenarios import client_of, create_client, discovered, run, user_with
from user_agent import UserAgent

REDIRECT = "https://app.example/callback"
SCOPE = ["openid", "profile", "email", "offline_access"]
SERVER = discovered()


def sign_in(session, user, **fetch):
    """The steps of the quick start; answers the tokens and what the person's data are."""
    url, _ = session.authorization_url(SERVER["authorization_endpoint"])
    callback = UserAgent().authorize(url, user, session.redirect_uri)
    tokens = session.fetch_token(SERVER["token_endpoint"], authorization_response=callback, **fetch)
    info = session.get(SERVER["userinfo_endpoint"], timeout=30)
    assert info.status_code == 200, info.text
    return tokens, info.json()


def web_application():
    user = user_with(1)
    client_id, secret = create_client("requests-oauthlib", REDIRECT, SCOPE)
    session = OAuth2Session(client_id, redirect_uri=REDIRECT, scope=SCOPE)
    tokens, info = sign_in(session, user, client_secret=secret)
    assert set(tokens["scope"]) == set(SCOPE), tokens["scope"]
    assert info["sub"] == user["id"] and info["email"] == user["email"], info


def two_people():
    client_id, secret = create_client("requests-oauthlib", REDIRECT, SCOPE)
    for user in (user_with(1), user_with(2)):
        session = OAuth2Session(client_id, redirect_uri=REDIRECT, scope=SCOPE)
        _, info = sign_in(session, user, client_secret=secret)
        assert info["email"] == user["email"], info


def refreshes_by_itself():
    client_id, secret = create_client("requests-oauthlib", REDIRECT, SCOPE)
    kept = []
    session = OAuth2Session(
        client_id,
        redirect_uri=REDIRECT,
        scope=SCOPE,
        auto_refresh_url=SERVER["token_endpoint"],
        auto_refresh_kwargs={"client_id": client_id, "client_secret": secret},
        token_updater=kept.append,
    )
    first, _ = sign_in(session, user_with(1), client_secret=secret)
    session.token = {**first, "expires_in": -30, "expires_at": 1}
    assert session.get(SERVER["userinfo_endpoint"], timeout=30).status_code == 200
    (second,) = kept
    assert second["access_token"] != first["access_token"]


def public_client():
    user = user_with(1)
    redirect = "http://127.0.0.1:47115/callback"
    client_id = client_of("public")["client_id"]
    session = OAuth2Session(client_id, redirect_uri=redirect, scope=SCOPE, pkce="S256")
    _, info = sign_in(session, user, include_client_id=True)
    assert info["email"] == user["email"], info


def machine():
    client = client_of("machine")
    session = OAuth2Session(client=BackendApplicationClient(client_id=client["client_id"], scope=["contracts:read"]))
    tokens = session.fetch_token(
        SERVER["token_endpoint"], client_id=client["client_id"], client_secret=client["client_secret"]
    )
    assert tokens["scope"] == ["contracts:read"], tokens


def denied():
    client_id, _ = create_client("requests-oauthlib", REDIRECT, SCOPE)
    session = OAuth2Session(client_id, redirect_uri=REDIRECT, scope=SCOPE)
    url, _ = session.authorization_url(SERVER["authorization_endpoint"])
    agent, user = UserAgent(), user_with(1)
    page = agent.open(url, REDIRECT)
    page = agent.submit(page, "login-submit", {"username": user["email"], "password": user["password"]}, REDIRECT)
    callback = agent.submit(page, "consent-deny", until=REDIRECT)
    try:
        session.fetch_token(SERVER["token_endpoint"], authorization_response=callback, client_secret="unused")
    except OAuth2Error as error:
        assert error.error == "access_denied", error.error
    else:
        raise AssertionError("a token came")


run({
    "web application flow without PKCE: tokens, and the person's data": web_application,
    "two people are two accounts": two_people,
    "an expired token is refreshed by the session": refreshes_by_itself,
    "public client with PKCE on a loopback address": public_client,
    "backend application: client_credentials": machine,
    "denying is access_denied": denied,
})
