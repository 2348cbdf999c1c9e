"""An MCP server with the Python SDK, protected as the SDK's guide says, by Countersign."""

import json
import socket
import threading

import httpx2
import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse

from scenarios import DEMO, ISSUER, discovered

METADATA = discovered()
READ, WRITE = "contracts:read", "contracts:write"


def introspect(token):
    """Introspects a token with the workspace's API key."""
    response = httpx2.post(
        METADATA["introspection_endpoint"], data={"token": token}, headers={"authorization": f"Bearer {DEMO['api_key']}"}
    )
    assert response.status_code == 200, response.text
    return response.json()


class Verifier:
    """Verifies JWTs with the server's keys, and introspects other tokens. The SDK compares the resource."""

    def __init__(self, resource):
        self.resource = resource
        self.keys = KeySet.import_key_set(httpx2.get(METADATA["jwks_uri"]).json())

    def claims(self, token):
        if "." not in token:
            seen = introspect(token)
            return seen if seen["active"] else None
        try:
            claims = jwt.decode(token, self.keys, algorithms=METADATA["id_token_signing_alg_values_supported"])
            assert claims.header["typ"] == "at+jwt", claims.header
            required = {"iss": ISSUER, "aud": self.resource}
            registry = {name: {"essential": True, "value": value} for name, value in required.items()}
            jwt.JWTClaimsRegistry(exp={"essential": True}, **registry).validate(claims.claims)
        except JoseError:
            return None
        return claims.claims

    async def verify_token(self, token):
        seen = self.claims(token)
        return seen and AccessToken(
            token=token,
            client_id=seen["client_id"],
            scopes=seen["scope"].split(),
            expires_at=seen["exp"],
            resource=seen["aud"] if isinstance(seen["aud"], str) else seen["aud"][0],
            subject=seen["sub"],
            claims=seen,
        )


class MoreForWrite:
    """Demands one more permission for `write`, with the challenge that MCP describes. The SDK has one set for all tools."""

    def __init__(self, app, metadata_url):
        self.app, self.metadata_url = app, metadata_url

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not scope["user"].is_authenticated or WRITE in scope["user"].scopes:
            return await self.app(scope, receive, send)
        body = await Request(scope, receive).body()
        if body and json.loads(body).get("params", {}).get("name") == "write":
            challenge = f'error="insufficient_scope", scope="{READ} {WRITE}", resource_metadata="{self.metadata_url}"'
            refusal = JSONResponse({"error": "insufficient_scope"}, 403, {"www-authenticate": f"Bearer {challenge}"})
            return await refusal(scope, receive, send)

        async def again():
            return {"type": "http.request", "body": body, "more_body": False}

        return await self.app(scope, again, send)


def start():
    """Starts a server on a free port; answers its address. It ends with the process."""
    # It accepts connections from here on, so nothing has to wait until the server runs.
    listening = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    url = f"{origin}/mcp"
    server = MCPServer(
        "contracts",
        log_level="CRITICAL",
        token_verifier=Verifier(url),
        auth=AuthSettings(
            issuer_url=ISSUER, resource_server_url=url, required_scopes=[READ], validate_token_resource=True
        ),
    )

    @server.tool()
    def read() -> str:
        """Reads the contracts"""
        return f"read for {get_access_token().subject}"

    @server.tool()
    def write() -> str:
        """Changes a contract"""
        return f"written for {get_access_token().subject}"

    app = server.streamable_http_app(stateless_http=True, json_response=True)
    # Behind the SDK's own, which verifies the token.
    app.user_middleware.append(
        Middleware(MoreForWrite, metadata_url=f"{origin}/.well-known/oauth-protected-resource/mcp")
    )
    running = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    threading.Thread(target=running.run, args=([listening],), daemon=True).start()
    return url
