// A browser without a screen: cookies, redirects, and forms filled in by the names of their controls.
import assert from 'node:assert/strict';
import { parse } from 'parse5';

const attributes = (node) => Object.fromEntries((node.attrs ?? []).map(({ name, value }) => [name, value]));

function* elements(node) {
  for (const child of node.childNodes ?? []) {
    if (child.tagName) yield child;
    yield* elements(child);
  }
}

const textOf = (node) =>
  node.nodeName === '#text' ? node.value : (node.childNodes ?? []).map(textOf).join('');

/** A page that was received. */
export class Page {
  constructor(url, status, headers, html) {
    Object.assign(this, { url, status, headers, html, document: parse(html) });
  }

  find(tag, test = () => true) {
    return [...elements(this.document)].filter((each) => each.tagName === tag && test(attributes(each)));
  }

  get heading() {
    return this.find('h1').map((each) => textOf(each).trim())[0];
  }

  get text() {
    return textOf(this.document).replaceAll(/\s+/g, ' ');
  }

  has(id) {
    return [...elements(this.document)].some((each) => attributes(each).id === id);
  }

  /** What stands in the element with this id, if there is one. */
  textOf(id) {
    const found = [...elements(this.document)].find((each) => attributes(each).id === id);
    return found && textOf(found).trim();
  }

  /** The value of the first control with this name. */
  valueOf(name) {
    const [control] = this.find('input', (each) => each.name === name);
    return control && attributes(control).value;
  }

  /** Whether a group of radio buttons waits for a choice. */
  unpicked(group) {
    const buttons = this.find('input', ({ type, name }) => type === 'radio' && name === group).map(attributes);
    return buttons.length > 0 && buttons.every(({ checked }) => checked === undefined);
  }

  /** The form with the button `button`, as pairs that a browser would send. */
  form(button) {
    for (const form of this.find('form')) {
      const inside = [...elements(form)];
      const pressed = inside.find((each) => attributes(each).id === button);
      if (!pressed) continue;
      const controls = inside
        .filter((each) => ['input', 'textarea', 'select', 'button'].includes(each.tagName))
        .map((each) => ({ tag: each.tagName, ...attributes(each), element: each }))
        .filter((each) => each.name && each.disabled === undefined);
      const { action = '', method = 'get' } = attributes(form);
      return { action, method: method.toLowerCase(), controls, pressed: attributes(pressed) };
    }
    assert.fail(`no form with the button ${button} at ${this.url} (${this.status}, "${this.heading}")`);
  }
}

const successful = (control) => {
  if (control.tag === 'button') return false;
  const type = (control.type ?? 'text').toLowerCase();
  if (['checkbox', 'radio'].includes(type)) return control.checked !== undefined;
  return !['submit', 'button', 'image', 'reset', 'file'].includes(type);
};

const initial = (control) => {
  if (control.tag === 'textarea') return textOf(control.element);
  if (control.tag === 'select') {
    const options = [...elements(control.element)].map(attributes);
    return (options.find(({ selected }) => selected !== undefined) ?? options[0])?.value ?? '';
  }
  const isBox = ['checkbox', 'radio'].includes(control.type);
  return control.value ?? (isBox ? 'on' : '');
};

export class UserAgent {
  #cookies = new Map();
  #fetch;

  /** `fetch`: by which requests go, where it is not the global one. */
  constructor(options = {}) {
    this.#fetch = options.fetch ?? fetch;
  }

  /** What it keeps for the host of `url`, by name. */
  cookies(url) {
    return Object.fromEntries(this.#cookies.get(new URL(url).hostname) ?? []);
  }

  /** Opens `url`; stops before it leaves for `until`, and answers that address as a URL. */
  async open(url, until) {
    return this.#follow(new URL(url), { method: 'GET' }, until);
  }

  /**
   * Signs in and allows wherever these pages come up from `at` on (an address or a page); answers what comes after them.
   * `choices` are values of the consent page's controls.
   */
  async authorize(at, user, { until, choices = {} } = {}) {
    let page = at instanceof Page ? at : await this.open(at, until);
    if (page instanceof Page && page.has('login-submit')) {
      page = await this.submit(page, 'login-submit', { username: user.email, password: user.password }, until);
    }
    if (page instanceof Page && page.has('consent-allow')) {
      const workspace = page.unpicked('workspace') && { workspace: user.workspaces[0].id };
      page = await this.submit(page, 'consent-allow', { ...workspace, ...choices }, until);
    }
    assert.ok(page instanceof URL || !until, `stopped at "${page.heading}" (${page.status}): ${page.text?.slice(0, 300)}`);
    return page;
  }

  /** Sends `fields` as a form would. */
  async post(url, fields, until) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin };
    return this.#follow(new URL(url), { method: 'POST', headers, body: new URLSearchParams(fields).toString() }, until);
  }

  /**
   * Sends the form with the button `button`. `values` replaces the values of controls by their names: a list ticks
   * exactly these boxes, a text picks one of a radio group.
   */
  async submit(page, button, values = {}, until) {
    const form = page.form(button);
    const pairs = [];
    for (const control of form.controls) {
      const wanted = values[control.name];
      const isChoice = ['checkbox', 'radio'].includes(control.type);
      if (wanted === undefined) {
        if (successful(control)) pairs.push([control.name, initial(control)]);
      } else if (isChoice) {
        if ([wanted].flat().includes(initial(control))) pairs.push([control.name, initial(control)]);
      } else {
        pairs.push([control.name, wanted]);
      }
    }
    for (const name of Object.keys(values)) {
      assert.ok(form.controls.some((control) => control.name === name), `no control ${name} at ${page.url}`);
    }
    if (form.pressed.name) pairs.push([form.pressed.name, form.pressed.value ?? '']);
    assert.equal(form.method, 'post', 'the form must be a POST');
    return this.post(new URL(form.action || page.url, page.url), pairs, until);
  }

  async #follow(url, request, until) {
    for (let hops = 0; hops < 12; hops += 1) {
      if (until && `${url.origin}${url.pathname}` === until) return url;
      const headers = { ...request.headers, accept: 'text/html', ...this.#cookieHeader(url) };
      const response = await this.#fetch(url, {
        ...request, headers, redirect: 'manual', signal: AbortSignal.timeout(30_000),
      });
      this.#remember(url, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || !location) {
        return new Page(url.href, response.status, response.headers, await response.text());
      }
      assert.ok([302, 303].includes(response.status), `a redirect with status ${response.status} at ${url}`);
      await response.body?.cancel();
      url = new URL(location, url);
      request = { method: 'GET' };
    }
    assert.fail(`too many redirects, the last to ${url}`);
  }

  // Cookies belong to a host and not to a port; those of this server have no other paths or domains.
  #cookieHeader(url) {
    const mine = this.#cookies.get(url.hostname) ?? new Map();
    const cookie = [...mine].map(([name, value]) => `${name}=${value}`).join('; ');
    return cookie ? { cookie } : {};
  }

  #remember(url, lines) {
    const mine = this.#cookies.get(url.hostname) ?? new Map();
    this.#cookies.set(url.hostname, mine);
    for (const line of lines) {
      const [pair, ...marks] = line.split(';').map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const gone = marks.some((mark) => /^max-age=(0|-\d+)$/i.test(mark));
      if (gone) mine.delete(name);
      else mine.set(name, value);
    }
  }
}
