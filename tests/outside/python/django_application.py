"""A Django project as `startproject` makes it, in one process with the suite, and a page that names who is signed in."""

import logging

import django
from django.conf import settings

from application import HOST, browser, serve


def start(*, apps, backends, urls, login=None, **more):
    """
    Configures Django, makes its tables, and serves it; answers what makes a browser for it. `urls` makes the routes,
    and `login` is the path that the page's sign-in button posts to.
    """
    settings.configure(
        SECRET_KEY="a key of this test alone, as long as Django asks for it",
        ALLOWED_HOSTS=[HOST],
        # The proxy before it speaks HTTPS.
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
        ROOT_URLCONF=__name__,
        # One database for all threads, in memory.
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:outside?mode=memory&cache=shared", "OPTIONS": {"uri": True}}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", *apps],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        AUTHENTICATION_BACKENDS=backends,
        USE_TZ=True,
        LOGGING_CONFIG=None,
        **more,
    )
    logging.disable(logging.WARNING)
    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.middleware.csrf import get_token
    from django.urls import path

    button = f'<form method="post" action="{login}"><input type="hidden" name="csrfmiddlewaretoken" value="%s"><button id="login">Sign in</button></form>'

    def home(request):
        user = request.user
        said = f"signed in: {user.pk} {user.email}" if user.is_authenticated else "signed out"
        return HttpResponse(f"<h1>{said}</h1>{button % get_token(request) if login else ''}")

    global urlpatterns
    urlpatterns = [path("", home), *urls()]
    call_command("migrate", verbosity=0)
    port = serve(get_wsgi_application())
    return lambda: browser(port)
