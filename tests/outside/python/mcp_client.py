"""The MCP Python SDK, as clients that know only the address of an MCP server."""

import asyncio
import logging
from urllib.parse import parse_qs, urlsplit

import httpx2
import requests
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata

from mcp_server import introspect, start
from scenarios import ISSUER, client_of, create_client, run, user_with
from user_agent import Page, UserAgent

# The SDK warns of a refused refresh, which some scenarios are about.
logging.getLogger("mcp").setLevel(logging.ERROR)

CALLBACK = "http://localhost:47118/callback"
SERVER, ANOTHER = start(), start()
# A member of the workspace whose API key the servers introspect with.
PERSON = user_with(2)
WORKSPACE = PERSON["workspaces"][0]["id"]


class Storage:
    """Where the client stores what it gets, as in the SDK's guide."""

    def __init__(self, tokens=None, client=None):
        self.tokens, self.client = tokens, client

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Session:
    """One installation of a client, and the browser of the person at it."""

    def __init__(self, url=SERVER, storage=None, agent=None, provider=None, **metadata):
        self.url, self.storage, self.agent = url, storage or Storage(), agent or UserAgent()
        self.asked, self.questions, self.trail = [], 0, []
        # The guide's metadata, whose scope this server does not have.
        known = {"client_name": "Bookshop Agent", "redirect_uris": [CALLBACK], "scope": "user", **metadata}
        self.provider = provider or OAuthClientProvider(
            url, OAuthClientMetadata(**known), self.storage, self.leave, self.arrive
        )

    async def leave(self, url):
        self.asked.append({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})
        self.sent_to = url

    async def arrive(self):
        return await asyncio.to_thread(self.sign_in)

    def sign_in(self):
        at = self.agent.open(self.sent_to, CALLBACK)
        if isinstance(at, Page) and at.has("login-submit"):
            at = self.agent.submit(
                at, "login-submit", {"username": PERSON["email"], "password": PERSON["password"]}, CALLBACK
            )
        self.questions += isinstance(at, Page) and at.has("consent-allow")
        callback = self.agent.authorize(at, PERSON, CALLBACK, workspace=WORKSPACE)
        answer = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
        assert "error" not in answer, callback
        return AuthorizationCodeResult(code=answer["code"], state=answer["state"], iss=answer["iss"])

    async def _hear(self, response):
        self.trail.append(f"{response.status_code} {response.request.method} {response.request.url.path}")
        # The SDK drops the members that it does not know.
        if response.status_code == 201:
            await response.aread()
            self.registration = response.json()

    async def _call(self, tool):
        hooks = {"response": [self._hear]}
        async with httpx2.AsyncClient(auth=self.provider, follow_redirects=True, event_hooks=hooks) as http:
            async with Client(streamable_http_client(self.url, http_client=http)) as client:
                answer = await client.call_tool(tool, {})
                return answer.content[0].text

    def calls(self, tool, times=0, whom=WORKSPACE):
        """Calls `tool`, which answers for `whom`. The person has to sign in or allow exactly `times` times."""
        before = len(self.asked)
        said = asyncio.run(self._call(tool))
        assert said == f"{'written' if tool == 'write' else 'read'} for {whom}", said
        assert len(self.asked) - before == times, f"the person was asked {len(self.asked) - before} times"

    def next(self):
        """The same installation after a restart."""
        return Session(self.url, self.storage, self.agent)

    def seen(self):
        return introspect(self.storage.tokens.access_token)

    def revoke_access(self):
        """Revokes the access token."""
        client = self.storage.client
        form = {"token": self.storage.tokens.access_token, "client_id": client.client_id}
        basic = None
        if client.token_endpoint_auth_method == "client_secret_basic":
            basic = (client.client_id, client.client_secret)
        elif client.client_secret:
            form["client_secret"] = client.client_secret
        response = requests.post(f"{ISSUER}/oauth2/revoke", data=form, auth=basic, timeout=30)
        assert response.status_code == 200, response.text
        assert self.seen() == {"active": False}


def answered(url, token=None):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return requests.post(url, json={}, headers=headers, timeout=30)


def signs_in():
    session = Session()
    session.calls("read", 1)
    assert session.trail[:4] == [
        "401 POST /mcp",
        "200 GET /.well-known/oauth-protected-resource/mcp",
        "200 GET /.well-known/oauth-authorization-server",
        "201 POST /oauth2/register",
    ], session.trail
    assert session.asked[0]["code_challenge_method"] == "S256" and session.asked[0]["resource"] == SERVER
    seen = session.seen()
    assert seen["aud"] == SERVER and seen["sub"] == WORKSPACE, seen
    assert seen["client_id"] == session.registration["client_id"]
    assert "user" not in seen["scope"].split(), seen


def refreshes(method):
    session = Session(token_endpoint_auth_method=method)
    session.calls("read", 1)
    assert session.registration["token_endpoint_auth_method"] == method
    assert ("client_secret" in session.registration) == (method != "none")
    first = session.storage.tokens
    # As after a pause longer than the token's lifetime.
    session.provider.context.token_expiry_time = 1
    session.calls("read")
    assert session.storage.tokens.access_token != first.access_token
    rotated = session.storage.tokens.refresh_token != first.refresh_token
    assert rotated == (method == "none"), "only a public client's refresh token rotates"
    assert session.seen()["aud"] == SERVER


def comes_back():
    session = Session()
    session.calls("read", 1)
    again = session.next()
    again.calls("read")
    assert {each.split()[2] for each in again.trail} == {"/mcp"}, again.trail


def revoked():
    session = Session()
    session.calls("read", 1)
    session.revoke_access()
    # This SDK refreshes only what has expired by its own clock. Otherwise the person signs in again.
    session.calls("read", 1)
    assert session.trail.count("201 POST /oauth2/register") == 1, session.trail


def steps_up():
    session = Session()
    session.calls("read", 1)
    assert "contracts:write" not in session.storage.tokens.scope.split()
    session.calls("write", 1)
    assert session.questions == 2, "more was granted without consent"
    assert {"contracts:read", "contracts:write"} <= set(session.asked[1]["scope"].split()), session.asked[1]
    session.calls("read")


def two_servers():
    session = Session()
    session.calls("read", 1)
    second = Session(ANOTHER, Storage(client=session.storage.client), session.agent)
    second.calls("read", 1)
    assert "201 POST /oauth2/register" not in second.trail
    assert second.seen()["aud"] == ANOTHER
    for url, storage in ((ANOTHER, session.storage), (SERVER, second.storage)):
        refused = answered(url, storage.tokens.access_token)
        assert refused.status_code == 401 and 'error="invalid_token"' in refused.headers["www-authenticate"]
    # Nor can an MCP server use the token at Countersign.
    bearer = {"authorization": f"Bearer {session.storage.tokens.access_token}"}
    assert requests.get(f"{ISSUER}/oauth2/userinfo", headers=bearer, timeout=30).status_code == 401
    session.calls("read")


def disconnected():
    session = Session(client_name="Disconnected Agent")
    session.calls("read", 1)
    apps = session.agent.open(f"{ISSUER}/account/apps?q=Disconnected")
    link = apps.soup.find("a", href=f"/account/apps/{session.registration['client_id']}/disconnect")
    assert link, apps.text
    session.agent.submit(session.agent.open(f"{ISSUER}{link['href']}"), "confirm")
    session.provider.context.token_expiry_time = 1
    session.calls("read", 1)
    assert "400 POST /oauth2/token" in session.trail, session.trail
    assert session.questions == 2, "access was granted again without consent"


def jwt_access_tokens():
    """A client that a developer created, whose tokens the MCP server verifies without asking."""
    scopes = ["contracts:read", "offline_access"]
    client_id, secret = create_client("Created beforehand", CALLBACK, scopes, access_token_format="jwt")
    known = OAuthClientInformationFull(
        client_id=client_id, client_secret=secret, token_endpoint_auth_method="client_secret_basic"
    )
    session = Session(storage=Storage(client=known))
    session.calls("read", 1)
    assert "201 POST /oauth2/register" not in session.trail
    token = session.storage.tokens.access_token
    assert token.count(".") == 2
    assert answered(ANOTHER, token).status_code == 401
    session.provider.context.token_expiry_time = 1
    session.calls("read")
    assert session.storage.tokens.access_token != token


def machine():
    client = client_of("machine")
    storage = Storage()
    provider = ClientCredentialsOAuthProvider(
        server_url=SERVER,
        storage=storage,
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        issuer=ISSUER,
    )
    session = Session(storage=storage, provider=provider)
    session.calls("read", whom=client["client_id"])
    assert session.seen()["aud"] == SERVER


SCENARIOS = {
    "a client that knows nothing but the address registers itself, signs in and calls a tool": signs_in,
    **{
        f"token_endpoint_auth_method {method}: an expired access token is refreshed": lambda method=method: refreshes(method)
        for method in ("none", "client_secret_basic", "client_secret_post")
    },
    "the next session needs no sign-in": comes_back,
    "an access token that was revoked leads to another": revoked,
    "a tool that needs more is allowed in a second step": steps_up,
    "one registration serves two servers, each with a token that the other refuses": two_servers,
    "an app that the person disconnects has to ask again": disconnected,
    "a client that a developer created signs in, and the server verifies its JWTs itself": jwt_access_tokens,
    "a machine calls a tool with credentials of its own": machine,
}


if __name__ == "__main__":
    run(SCENARIOS)
