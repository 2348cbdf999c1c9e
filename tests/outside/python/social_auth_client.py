"""social-auth's generic OpenID Connect backend in Django, with the settings of its documentation."""

from application import URL
from django_application import start
from scenarios import ISSUER, create_client, run, user_with

CLIENT_ID, SECRET = create_client("social-auth", f"{URL}/complete/oidc/")


def urls():
    from django.urls import include, path

    return [path("", include("social_django.urls", namespace="social"))]


new_browser = start(
    apps=["social_django"],
    backends=["social_core.backends.open_id_connect.OpenIdConnectAuth"],
    urls=urls,
    login="/login/oidc/",
    SOCIAL_AUTH_URL_NAMESPACE="social",
    SOCIAL_AUTH_OIDC_OIDC_ENDPOINT=ISSUER,
    SOCIAL_AUTH_OIDC_KEY=CLIENT_ID,
    SOCIAL_AUTH_OIDC_SECRET=SECRET,
    LOGIN_REDIRECT_URL="/",
)


def sign_in(user):
    browser = new_browser()
    return browser.authorize(browser.submit(browser.open(f"{URL}/"), "login"), user).heading


def signs_in():
    user = user_with(1)
    said = sign_in(user)
    assert said and said.startswith("signed in") and said.endswith(user["email"]), said
    assert sign_in(user) == said, "the same person got another account"


def two_people():
    first, second = sign_in(user_with(1)), sign_in(user_with(2))
    assert first.startswith("signed in") and second.startswith("signed in"), (first, second)
    assert first.split()[2] != second.split()[2], "two people share an account"


def keeps_the_person():
    from social_django.models import UserSocialAuth

    user = user_with(1)
    sign_in(user)
    assert UserSocialAuth.objects.filter(provider="oidc", uid=user["id"]).count() == 1


run({
    "a person signs in, and has the same account the next time": signs_in,
    "two people are two accounts": two_people,
    "the account is tied to the person's sub": keeps_the_person,
})
