"""Spring Security's OAuth2 client in Spring Boot: a client id, a secret, the scopes, and the issuer."""

import os

from application import URL, browser, free_port, program
from scenarios import ISSUER, create_client, run, user_with

CLIENT_ID, SECRET = create_client("Spring Security", f"{URL}/login/oauth2/code/countersign")
PORT = free_port()
SETTINGS = "spring.security.oauth2.client"
FLAGS = [
    f"--{SETTINGS}.registration.countersign.client-id={CLIENT_ID}",
    f"--{SETTINGS}.registration.countersign.client-secret={SECRET}",
    f"--{SETTINGS}.registration.countersign.scope=openid,profile,email",
    f"--{SETTINGS}.provider.countersign.issuer-uri={ISSUER}",
    # Its place behind the proxy that ends TLS.
    "--server.address=127.0.0.1",
    f"--server.port={PORT}",
    "--server.forward-headers-strategy=framework",
    "--spring.main.banner-mode=off",
]


def sign_in(user):
    page = browser(PORT).authorize(f"{URL}/", user)
    assert page.status == 200, f"{page.status} {page.url} {page.text}"
    return page.heading


def signs_in():
    user = user_with(1)
    said = sign_in(user)
    assert said == f"signed in: {user['id']} {user['email']}", said


def two_people():
    assert sign_in(user_with(1)) != sign_in(user_with(2))


# Few classes are used more than once; the machine need not become good at them.
java = ["java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-jar", os.environ["SPRING_APPLICATION"]]
with program([*java, *FLAGS], PORT):
    run({
        "a person signs in, and Spring knows their sub and email": signs_in,
        "two people are two users": two_people,
    })
