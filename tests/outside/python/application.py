"""An application under test, reached at `https://app.example`: as behind a proxy that ends TLS."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from requests.adapters import HTTPAdapter

from user_agent import UserAgent

HOST = "app.example"
URL = f"https://{HOST}"


class Proxy(HTTPAdapter):
    """Carries what goes to `https://app.example` to a port of this machine."""

    def __init__(self, port):
        super().__init__()
        self.port = port

    def send(self, request, **options):
        inside = request.copy()
        inside.url = request.url.replace(URL, f"http://127.0.0.1:{self.port}", 1)
        inside.headers.update({"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-Host": HOST})
        response = super().send(inside, **options)
        response.url, response.request = request.url, request
        return response


def browser(port):
    """A user agent of its own, for which the application is at `https://app.example`."""
    agent = UserAgent()
    agent.http.mount(URL, Proxy(port))
    return agent


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve(application):
    """Serves a WSGI application until the program ends; answers its port."""
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


@contextmanager
def program(command, port, env=None, ready="/"):
    """Runs a server until the block ends. Should this program be killed, the kernel ends it, too."""
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(
            [shutil.which("setpriv"), "--pdeathsig", "TERM", *command],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            answers(child, port, ready)
            yield
        except Exception as error:
            log.seek(0)
            raise AssertionError(f"{error}; the server said: {log.read()[-1500:]}") from error
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(30)


def answers(child, port, path):
    end = time.monotonic() + 90
    while child.poll() is None and time.monotonic() < end:
        try:
            requests.get(f"http://127.0.0.1:{port}{path}", timeout=30, allow_redirects=False)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"no server at port {port}, exit code {child.poll()}")
