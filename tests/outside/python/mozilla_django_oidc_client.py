"""mozilla-django-oidc, with the settings of its quick start."""

from application import URL
from django_application import start
from scenarios import create_client, discovered, run, user_with

SERVER = discovered()
CLIENT_ID, SECRET = create_client("mozilla-django-oidc", f"{URL}/oidc/callback/", ["openid", "email"])


def urls():
    from django.urls import include, path

    return [path("oidc/", include("mozilla_django_oidc.urls"))]


new_browser = start(
    apps=["mozilla_django_oidc"],
    backends=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    urls=urls,
    OIDC_RP_CLIENT_ID=CLIENT_ID,
    OIDC_RP_CLIENT_SECRET=SECRET,
    OIDC_OP_AUTHORIZATION_ENDPOINT=SERVER["authorization_endpoint"],
    OIDC_OP_TOKEN_ENDPOINT=SERVER["token_endpoint"],
    OIDC_OP_USER_ENDPOINT=SERVER["userinfo_endpoint"],
    OIDC_RP_SIGN_ALGO="RS256",
    OIDC_OP_JWKS_ENDPOINT=SERVER["jwks_uri"],
    LOGIN_REDIRECT_URL="/",
    LOGOUT_REDIRECT_URL="/",
)


def sign_in(user):
    return new_browser().authorize(f"{URL}/oidc/authenticate/", user).heading


def signs_in():
    user = user_with(1)
    said = sign_in(user)
    assert said.startswith("signed in") and said.endswith(user["email"]), said
    assert sign_in(user) == said, "the same person got another account"


def two_people():
    first, second = sign_in(user_with(1)), sign_in(user_with(2))
    assert first.startswith("signed in") and second.startswith("signed in"), (first, second)
    assert first.split()[2] != second.split()[2], "two people share an account"


run({
    "a person signs in, and has the same account the next time": signs_in,
    "two people are two accounts": two_people,
})
