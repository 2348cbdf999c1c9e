"""The MCP Python SDK on both sides: a server that Countersign protects, and a client that knows nothing but its address."""

import asyncio
import threading
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import requests
import uvicorn
from mcp import ClientSession
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientMetadata

from application import free_port
from scenarios import DEMO, ISSUER, discovered, run, user_with
from user_agent import UserAgent

CALLBACK = "http://localhost:47118/callback"
SERVER = discovered()
PORT = free_port()
URL = f"http://127.0.0.1:{PORT}/mcp"
# The workspace whose API key the server asks with.
PERSON = user_with(2)
WORKSPACE = PERSON["workspaces"][0]["id"]


class Verifier:
    """Asks Countersign about a token, as a workspace's API may: with an API key."""

    async def verify_token(self, token):
        async with httpx2.AsyncClient() as http:
            response = await http.post(
                SERVER["introspection_endpoint"],
                data={"token": token},
                headers={"authorization": f"Bearer {DEMO['api_key']}"},
            )
        assert response.status_code == 200, response.text
        seen = response.json()
        if not seen["active"]:
            return None
        audience = seen["aud"] if isinstance(seen["aud"], str) else seen["aud"][0]
        return AccessToken(
            token=token,
            client_id=seen["client_id"],
            scopes=seen["scope"].split(),
            expires_at=seen["exp"],
            resource=audience,
            subject=seen["sub"],
            claims=seen,
        )


def start():
    server = MCPServer(
        "contracts",
        log_level="CRITICAL",
        token_verifier=Verifier(),
        auth=AuthSettings(
            issuer_url=ISSUER, resource_server_url=URL, required_scopes=["contracts:read"], validate_token_resource=True
        ),
    )

    @server.tool()
    def read() -> str:
        """Reads the contracts"""
        return f"read for {get_access_token().subject}"

    config = uvicorn.Config(server.streamable_http_app(), host="127.0.0.1", port=PORT, log_level="critical")
    running = uvicorn.Server(config)
    threading.Thread(target=running.run, daemon=True).start()
    end = time.monotonic() + 30
    while not running.started:
        assert time.monotonic() < end, "the MCP server does not start"
        time.sleep(0.02)


class Storage:
    """What the SDK asks a client to keep."""

    def __init__(self):
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Client:
    def __init__(self, **metadata):
        self.storage = Storage()
        self.agent = UserAgent()
        self.asked = []
        registered = OAuthClientMetadata(
            client_name="MCP client", redirect_uris=[CALLBACK], grant_types=["authorization_code", "refresh_token"], **metadata
        )
        self.provider = OAuthClientProvider(URL, registered, self.storage, self.leave, self.arrive)

    async def leave(self, url):
        self.asked.append(url)

    async def arrive(self):
        callback = await asyncio.to_thread(
            self.agent.authorize, self.asked[-1], PERSON, CALLBACK, workspace=WORKSPACE
        )
        answer = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
        assert "error" not in answer, callback
        return AuthorizationCodeResult(code=answer["code"], state=answer["state"], iss=answer["iss"])

    async def call(self, tool):
        async with httpx2.AsyncClient(auth=self.provider) as http:
            async with streamable_http_client(URL, http_client=http) as (read, write, *_):
                async with ClientSession(read, write) as session:
                    await session.initialize()
                    answer = await session.call_tool(tool, {})
                    return answer.content[0].text


def signs_in():
    client = Client()
    assert asyncio.run(client.call("read")) == f"read for {WORKSPACE}"
    assert len(client.asked) == 1
    assert parse_qs(urlsplit(client.asked[0]).query)["resource"] == [URL]


def with_secret():
    client = Client(token_endpoint_auth_method="client_secret_post")
    assert asyncio.run(client.call("read")) == f"read for {WORKSPACE}"
    assert client.storage.client.client_secret


def comes_back():
    client = Client()
    asyncio.run(client.call("read"))
    assert asyncio.run(client.call("read")) == f"read for {WORKSPACE}"
    assert len(client.asked) == 1, "the person was asked again"


def refreshes():
    client = Client()
    asyncio.run(client.call("read"))
    first = client.storage.tokens
    # As after a pause that was longer than the token's life.
    client.provider.context.token_expiry_time = 1
    assert asyncio.run(client.call("read")) == f"read for {WORKSPACE}"
    assert client.storage.tokens.access_token != first.access_token
    assert len(client.asked) == 1, "the person was asked again"


def without_token():
    response = requests.post(URL, json={}, timeout=30)
    assert response.status_code == 401 and "resource_metadata=" in response.headers["www-authenticate"]


start()
run({
    "without a token the server names where to get one": without_token,
    "a client that registers itself signs in and calls a tool": signs_in,
    "a client with a secret does so, too": with_secret,
    "the next session needs no sign-in": comes_back,
    "an expired token is refreshed": refreshes,
})
