"""A browser without a screen: cookies, redirects, and forms filled in by the names of their controls."""

from urllib.parse import urlencode, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup


class Page:
    """A page that was received."""

    def __init__(self, response):
        self.url = response.url
        self.status = response.status_code
        self.headers = response.headers
        self.soup = BeautifulSoup(response.text, "html.parser")

    @property
    def heading(self):
        found = self.soup.find("h1")
        return found.get_text(strip=True) if found else None

    @property
    def text(self):
        return " ".join(self.soup.get_text(" ").split())

    def has(self, element_id):
        return self.soup.find(id=element_id) is not None

    def unpicked(self, name):
        """Whether a group of radio buttons waits for a choice."""
        group = self.soup.find_all("input", {"type": "radio", "name": name})
        return bool(group) and not any(each.has_attr("checked") for each in group)

    def form(self, button):
        """The form with the button `button`: where it goes, its controls, and the button."""
        pressed = self.soup.find(id=button)
        form = pressed.find_parent("form") if pressed else None
        assert form is not None, f"no form with the button {button} at {self.url} ({self.status}, {self.heading!r})"
        assert form.get("method", "get").lower() == "post", "the form must be a POST"
        controls = [each for each in form.find_all("input") if each.get("name") and not each.has_attr("disabled")]
        return urljoin(self.url, form.get("action") or self.url), controls, pressed


class UserAgent:
    def __init__(self):
        self.http = requests.Session()

    def open(self, url, until=None):
        """Opens `url`; stops before it leaves for `until`, and answers that address as text."""
        return self._follow("GET", url, until)

    def authorize(self, at, user, until=None, **choices):
        """Signs in and allows wherever these pages come up from `at` on (an address or a page); answers what comes after them."""
        if isinstance(at, str):
            at = self.open(at, until)
        if isinstance(at, Page) and at.has("login-submit"):
            at = self.submit(at, "login-submit", {"username": user["email"], "password": user["password"]}, until)
        if isinstance(at, Page) and at.has("consent-allow"):
            if at.unpicked("workspace"):
                choices = {"workspace": user["workspaces"][0]["id"], **choices}
            at = self.submit(at, "consent-allow", choices, until)
        assert isinstance(at, str) or until is None, f"stopped at {at.heading!r} ({at.status}): {at.text[:300]}"
        return at

    def submit(self, page, button, values={}, until=None):
        target, controls, pressed = page.form(button)
        pairs = []
        for control in controls:
            name, kind = control["name"], control.get("type", "text").lower()
            value = control.get("value", "on" if kind in ("checkbox", "radio") else "")
            if kind in ("checkbox", "radio"):
                chosen = value == values[name] if name in values else control.has_attr("checked")
                if chosen:
                    pairs.append((name, value))
            elif kind not in ("submit", "button", "image", "reset", "file"):
                pairs.append((name, values.get(name, value)))
        missing = set(values) - {control["name"] for control in controls}
        assert not missing, f"no control {missing} at {page.url}"
        if pressed.get("name"):
            pairs.append((pressed["name"], pressed.get("value", "")))
        parts = urlsplit(page.url)
        return self._follow("POST", target, until, pairs, {"origin": f"{parts.scheme}://{parts.netloc}"})

    def _follow(self, method, url, until, pairs=None, headers=None):
        for _ in range(12):
            if url.split("?")[0] == until:
                return url
            body = urlencode(pairs) if pairs is not None else None
            sent = dict(headers or {})
            if body is not None:
                sent["content-type"] = "application/x-www-form-urlencoded"
            response = self.http.request(method, url, data=body, headers=sent, allow_redirects=False, timeout=30)
            if not response.is_redirect:
                return Page(response)
            assert response.status_code in (302, 303), f"a redirect with status {response.status_code} at {url}"
            url = urljoin(url, response.headers["location"])
            method, pairs, headers = "GET", None, None
        raise AssertionError(f"too many redirects, the last to {url}")
