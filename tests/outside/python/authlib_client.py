"""Authlib as an application that nobody here wrote."""

from urllib.parse import parse_qsl, urlsplit

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.common.security import generate_token
from joserfc import jwt
from joserfc.jwk import KeySet

from scenarios import ISSUER, client_of, run, user_with
from user_agent import UserAgent

LOOPBACK = "http://127.0.0.1:47114/callback"
SCOPE = "openid profile email offline_access contracts:read"
TIMEOUT = 30


def discover():
    with OAuth2Session(default_timeout=TIMEOUT) as http:
        response = http.get(f"{ISSUER}/.well-known/openid-configuration", withhold_token=True)
    assert response.status_code == 200, response.text
    metadata = response.json()
    assert metadata["issuer"] == ISSUER
    return metadata


class Party:
    """One client, and all that it does with the server."""

    def __init__(self, client, redirect_uri=None, method="client_secret_basic"):
        self.metadata = discover()
        self.redirect_uri = redirect_uri
        self.http = OAuth2Session(
            client_id=client["client_id"],
            client_secret=client.get("client_secret"),
            token_endpoint_auth_method=method if client.get("client_secret") else "none",
            revocation_endpoint_auth_method=method if client.get("client_secret") else "none",
            redirect_uri=redirect_uri,
            scope=SCOPE,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
        )

    @classmethod
    def web(cls):
        client = client_of("web")
        return cls(client, client["redirect_uris"][0])

    @classmethod
    def public(cls):
        return cls(client_of("public"), LOOPBACK)

    @classmethod
    def machine(cls):
        return cls(client_of("machine"))

    def begin(self, **more):
        self.verifier = generate_token(48)
        self.nonce = generate_token(24)
        url, self.state = self.http.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=self.verifier, nonce=self.nonce, **more
        )
        return url

    def authorize(self, user, agent=None, workspace=None, **more):
        agent = agent or UserAgent()
        choices = {"workspace": workspace} if workspace else {}
        return agent.authorize(self.begin(**more), user, self.redirect_uri, **choices)

    def exchange(self, callback):
        return self.http.fetch_token(
            self.metadata["token_endpoint"],
            authorization_response=callback,
            state=self.state,
            code_verifier=self.verifier,
        )

    def claims(self, tokens):
        """The claims of the ID token, after its signature, issuer, audience, time and nonce were checked."""
        keys = KeySet.import_key_set(self.http.get(self.metadata["jwks_uri"], withhold_token=True).json())
        token = jwt.decode(tokens["id_token"], keys, algorithms=self.metadata["id_token_signing_alg_values_supported"])
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": self.http.client_id},
            nonce={"essential": True, "value": self.nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        registry.validate(token.claims)
        return token.claims

    def connect(self, user, **more):
        callback = self.authorize(user, **more)
        tokens = self.exchange(callback)
        return tokens, self.claims(tokens)

    def userinfo(self):
        return self.http.get(self.metadata["userinfo_endpoint"])

    def refresh(self, refresh_token):
        return self.http.refresh_token(self.metadata["token_endpoint"], refresh_token=refresh_token)

    def introspect(self, token):
        response = self.http.introspect_token(self.metadata["introspection_endpoint"], token=token)
        assert response.status_code == 200, response.text
        return response.json()

    def revoke(self, token, hint):
        response = self.http.revoke_token(self.metadata["revocation_endpoint"], token=token, token_type_hint=hint)
        assert response.status_code == 200, response.text


def refused(error, call):
    try:
        answer = call()
    except OAuthError as failure:
        assert failure.error == error, f"{failure.error}: {failure.description}"
    else:
        raise AssertionError(f"{error} was expected, and {answer} came")


def web_client_with_pkce():
    party, user = Party.web(), user_with(2)
    workspace = user["workspaces"][1]["id"]
    tokens, claims = party.connect(user, workspace=workspace, prompt="consent")
    assert claims["sub"] == user["id"] and claims["tenant_id"] == workspace
    info = party.userinfo()
    assert info.status_code == 200, info.text
    assert info.json()["sub"] == user["id"] and info.json()["tenant_id"] == workspace
    assert set(tokens["scope"].split()) == set(SCOPE.split())


def user_token():
    party, user = Party.web(), user_with(1)
    _, claims = party.connect(user, sub_type="user")
    assert claims["sub"] == user["id"]
    assert party.userinfo().json()["email"] == user["email"]


def public_client_rotates():
    party, user = Party.public(), user_with(1)
    tokens, claims = party.connect(user)
    first = tokens["refresh_token"]
    second = party.refresh(first)
    assert second["refresh_token"] != first
    # The successor is used, so the predecessor can only be in the hands of somebody else.
    assert party.userinfo().json()["sub"] == claims["sub"]
    third = party.refresh(second["refresh_token"])
    refused("invalid_grant", lambda: party.refresh(first))
    refused("invalid_grant", lambda: party.refresh(third["refresh_token"]))


def confidential_client_keeps():
    party = Party.web()
    tokens, _ = party.connect(user_with(1))
    first = tokens["refresh_token"]
    access = tokens["access_token"]
    for _ in range(2):
        answer = party.refresh(first)
        assert answer["access_token"] != access
        assert answer.get("refresh_token", first) == first, "another refresh token came"
        assert party.userinfo().status_code == 200


def introspection_and_revocation():
    party = Party.web()
    tokens, claims = party.connect(user_with(1))
    seen = party.introspect(tokens["access_token"])
    assert seen["active"] is True and seen["sub"] == claims["tenant_id"] and seen["iss"] == ISSUER
    party.revoke(tokens["access_token"], "access_token")
    assert party.introspect(tokens["access_token"]) == {"active": False}
    tokens, _ = party.connect(user_with(1))
    party.revoke(tokens["refresh_token"], "refresh_token")
    assert party.introspect(tokens["access_token"]) == {"active": False}
    assert party.userinfo().status_code == 401
    refused("invalid_grant", lambda: party.refresh(tokens["refresh_token"]))


def machine_client():
    party = Party.machine()
    tokens = party.http.fetch_token(party.metadata["token_endpoint"], grant_type="client_credentials", scope="contracts:read")
    seen = party.introspect(tokens["access_token"])
    assert seen["active"] is True and seen["client_id"] == client_of("machine")["client_id"]
    assert seen["scope"] == "contracts:read"


def dynamic_registration():
    metadata = discover()
    redirect_uri = "https://authlib.example/callback"
    asked = {
        "client_name": "Registered by Authlib",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_post",
        "scope": SCOPE,
    }
    with OAuth2Session(default_timeout=TIMEOUT) as http:
        response = http.post(metadata["registration_endpoint"], json=asked, withhold_token=True)
        assert response.status_code == 201, response.text
        client = response.json()
        assert client["client_name"] == asked["client_name"] and client["redirect_uris"] == [redirect_uri]
        party = Party(client, redirect_uri, "client_secret_post")
        _, claims = party.connect(user_with(1))
        assert claims["aud"] == client["client_id"] or claims["aud"] == [client["client_id"]]

        bearer = {"authorization": f"Bearer {client['registration_access_token']}"}
        place = client["registration_client_uri"]
        read = http.get(place, headers=bearer, withhold_token=True)
        assert read.status_code == 200 and read.json()["client_id"] == client["client_id"], read.text
        changed = {**asked, "client_id": client["client_id"], "client_name": "Renamed"}
        update = http.put(place, headers=bearer, json=changed, withhold_token=True)
        assert update.status_code == 200 and update.json()["client_name"] == "Renamed", update.text
        assert http.delete(place, headers=bearer, withhold_token=True).status_code == 204
        assert http.get(place, headers=bearer, withhold_token=True).status_code == 401


def wrong_verifier():
    party = Party.web()
    callback = party.authorize(user_with(1))
    party.verifier = generate_token(48)
    refused("invalid_grant", lambda: party.exchange(callback))


def code_twice():
    party = Party.web()
    callback = party.authorize(user_with(1))
    tokens = party.exchange(callback)
    refused("invalid_grant", lambda: party.exchange(callback))
    assert party.introspect(tokens["access_token"]) == {"active": False}


def prompt_none():
    party = Party.web()
    callback = UserAgent().open(party.begin(prompt="none"), party.redirect_uri)
    assert isinstance(callback, str), callback.heading
    # Authlib leaves reading an error of the callback to the application.
    answer = dict(parse_qsl(urlsplit(callback).query))
    assert answer["error"] == "login_required" and answer["iss"] == ISSUER and answer["state"] == party.state, answer
    assert "code" not in answer


SCENARIOS = {
    "web client: discovery, code flow with PKCE, ID token, userinfo": web_client_with_pkce,
    "web client: a token that speaks for the user": user_token,
    "public client: refresh rotates, and an old token ends the grant": public_client_rotates,
    "confidential client: refresh keeps the refresh token": confidential_client_keeps,
    "introspection and revocation": introspection_and_revocation,
    "machine client: client_credentials": machine_client,
    "dynamic registration, then a flow, then read, update and delete": dynamic_registration,
    "a wrong code_verifier is refused": wrong_verifier,
    "a second use of a code is refused, and ends what the first gave": code_twice,
    "prompt=none without a session is login_required": prompt_none,
}


if __name__ == "__main__":
    run(SCENARIOS)
