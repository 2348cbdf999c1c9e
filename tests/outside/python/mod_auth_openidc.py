"""mod_auth_openidc in Apache, with the directives of its quick start."""

import os
import tempfile
from pathlib import Path
from urllib.parse import quote

from application import URL, browser, free_port, program
from scenarios import ISSUER, create_client, run, user_with

MODULES = "/usr/lib/apache2/modules"
CLIENT_ID, SECRET = create_client("mod_auth_openidc", f"{URL}/secure/redirect_uri", post_logout_redirect_uris=[f"{URL}/"])

CONFIG = """
ServerName {url}:443
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog /dev/stderr
DocumentRoot {folder}/pages
DefaultRuntimeDir {folder}
Mutex file:{folder}
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
StartServers 1

# Behind the proxy that ends TLS.
OIDCXForwardedHeaders X-Forwarded-Host X-Forwarded-Proto

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {url}/secure/redirect_uri
OIDCCryptoPassphrase a-passphrase-of-this-test-alone
OIDCScope "openid email profile"

<Location /secure>
  AuthType openid-connect
  Require valid-user
  Header set Signed-In "expr=%{{REMOTE_USER}}"
  Header set Email "%{{OIDC_CLAIM_email}}e"
</Location>
"""


PORT = free_port()


def configure(folder):
    folder = Path(folder)
    (folder / "pages/secure").mkdir(parents=True)
    (folder / "pages/index.html").write_text("<h1>public</h1>")
    (folder / "pages/secure/index.html").write_text("<h1>secured</h1>")
    # Apache's children are another user, where it is started by root.
    folder.chmod(0o755)
    user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
    values = {"url": URL, "port": PORT, "folder": folder, "modules": MODULES, "user": user}
    config = folder / "apache.conf"
    config.touch(0o600)
    config.write_text(CONFIG.format(issuer=ISSUER, client_id=CLIENT_ID, secret=SECRET, **values))
    return config


def sign_in(user):
    page = browser(PORT).authorize(f"{URL}/secure/", user)
    assert page.status == 200 and page.url == f"{URL}/secure/", f"{page.status} {page.url} {page.text}"
    return page.headers["Signed-In"], page.headers["Email"]


def signs_in():
    user = user_with(1)
    remote, email = sign_in(user)
    assert remote.startswith(user["id"]) and email == user["email"], (remote, email)


def two_people():
    assert sign_in(user_with(1)) != sign_in(user_with(2))


def logs_out():
    agent = browser(PORT)
    agent.authorize(f"{URL}/secure/", user_with(1))
    page = agent.open(f"{URL}/secure/redirect_uri?logout={quote(URL)}/")
    assert page.heading == "public", page.text
    assert agent.open(f"{URL}/secure/").has("login-submit"), "signed in after the logout"


with tempfile.TemporaryDirectory() as folder:
    with program(["/usr/sbin/apache2", "-f", str(configure(folder)), "-DFOREGROUND"], PORT):
        run({
            "a person signs in, and Apache knows their sub and email": signs_in,
            "two people are two users": two_people,
            "logging out ends both sessions": logs_out,
        })
