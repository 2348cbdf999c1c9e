// Every page that a link leads to, in every language, with JavaScript on and off: accessible (axe-core, WCAG 2.2 AA), whole
// on a phone, small, and without a request to any other host.
import assert from 'node:assert/strict';
import { violations } from './lib/axe.mjs';
import { browser, inBrowser, overhangAt, signIn } from './lib/chromium.mjs';
import { fill } from './lib/filled.mjs';
import { clientOf, demo, run } from './lib/scenarios.mjs';

const MOST_BYTES = 60 * 1024;
const scripts = process.env.JAVASCRIPT !== 'off';
/** These are written in English alone. */
const DOCS = /^\/docs\b/;

/** Addresses that show the same kind of page. */
const kind = (url) => {
  const { pathname, searchParams } = new URL(url);
  if (DOCS.test(pathname)) return pathname;
  const path = pathname.replaceAll(/\/[a-z]+_[0-9a-zA-Z_-]{8,}/g, '/{id}');
  return [path, ...[...searchParams.keys()].sort()].join(' ');
};

/** What is wrong with the page that is open. */
async function faults(page, weight) {
  const found = [];
  // Where scripts are off, the checker could not run either; the page is the same one.
  if (scripts) found.push(...(await violations(page)));
  for (const [width, times] of [[360, 2], [360, 1], [768, 1]]) {
    const pixels = await overhangAt(page, width, times);
    if (pixels > 0) found.push(`${pixels} px too wide on a screen of ${width} px with text of ${times * 100} %`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  if ((await page.locator('h1').count()) !== 1) found.push('not one heading of the first level');
  if (weight > MOST_BYTES) found.push(`weighs ${weight} bytes`);
  return found;
}

/** Opens pages and looks at each; keeps what it found. */
class Visit {
  constructor(page, language) {
    Object.assign(this, { page, language, found: [], titles: new Map(), bodies: [], strangers: [] });
    page.on('response', (response) => {
      if (!response.url().startsWith(demo.issuer)) this.strangers.push(response.url());
      this.bodies.push(response.body().catch(() => ''));
    });
  }

  async look(name) {
    await this.page.waitForLoadState('load');
    const bodies = await Promise.all(this.bodies);
    // A form that is sent from here leads to a page with a weight of its own.
    this.bodies = [];
    const found = await faults(this.page, bodies.reduce((sum, body) => sum + body.length, 0));
    const lang = await this.page.locator('html').getAttribute('lang');
    if (lang !== (DOCS.test(new URL(this.page.url()).pathname) ? 'en' : this.language)) found.push(`speaks ${lang}`);
    this.found.push(...found.map((fault) => `${name}: ${fault}`));
    const title = await this.page.title();
    const before = this.titles.get(title);
    if (before !== undefined && before !== name) this.found.push(`${name} has the title of ${before}: ${title}`);
    this.titles.set(title, name);
  }

  async open(url, name) {
    this.bodies = [];
    await this.page.goto(url);
    // Where it led to, if it led on.
    await this.look(name ?? kind(this.page.url()));
  }

  finish() {
    assert.deepEqual(this.found, []);
    assert.deepEqual(this.strangers, []);
  }
}

const NO_PAGES = /\/docs\/openapi\.json|\/logout|\/export/;

/** Follows every link, at most `most` pages of a kind. */
async function follow(visit, start, most = 2) {
  const seen = new Set();
  const counts = new Map();
  const waiting = [start];
  while (waiting.length) {
    const url = waiting.shift();
    const of = kind(url);
    if (seen.has(url) || (counts.get(of) ?? 0) >= most) continue;
    seen.add(url);
    counts.set(of, (counts.get(of) ?? 0) + 1);
    const response = await visit.page.request.get(url, { maxRedirects: 5 });
    if (response.status() !== 200) visit.found.push(`${url}: ${response.status()}`);
    await visit.open(url);
    const links = await visit.page.locator('a[href]').evaluateAll((all) => all.map((a) => a.href));
    waiting.push(...links.map((link) => link.split('#')[0]).filter((link) => link.startsWith(demo.issuer) && !NO_PAGES.test(link)));
  }
  return counts;
}

const authorize = (client, more = {}) => {
  const query = {
    response_type: 'code', client_id: client.client_id, redirect_uri: client.redirect_uris[0], scope: 'openid email contracts:write',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', state: 'x', ...more,
  };
  return `${demo.issuer}/oauth2/authorize?${new URLSearchParams(query)}`;
};

function pages(mode, language, options) {
  const [operator, person] = demo.users;
  const everything = (who, user) => ({
    [`${mode}, ${language}: every page of ${who}`]: () =>
      inBrowser(options, async (page) => {
        const visit = new Visit(page, language);
        await page.goto(`${demo.issuer}/login`);
        await signIn(page, user);
        const counts = await follow(visit, `${demo.issuer}/account`);
        visit.finish();
        console.log(`# ${counts.size} kinds of pages of ${who}`);
      }),
  });
  return {
    [`${mode}, ${language}: pages on the way in and out`]: () =>
      inBrowser(options, async (page) => {
        const visit = new Visit(page, language);
        await visit.open(`${demo.issuer}/`);
        await visit.open(`${demo.issuer}/signup`);
        await visit.open(`${demo.issuer}/no/such/page`, 'error');
        await visit.open(authorize(clientOf('public')), 'sign in');
        await signIn(page, { ...person, password: 'not the password' });
        await visit.look('sign in');
        await signIn(page, person);
        await page.locator('#consent-allow').waitFor();
        await visit.look('consent');
        await visit.open(authorize(clientOf('web'), { prompt: 'consent' }), 'consent');
        await visit.open(authorize(clientOf('web'), { prompt: 'select_account' }), 'choose an account');
        const foreign = { sub_type: 'workspace', workspace: operator.workspaces[1].id };
        await visit.open(authorize(clientOf('web'), foreign), 'no access with this account');
        assert.equal(await page.locator('#unable-back').count(), 1);
        await visit.open(`${demo.issuer}/oauth2/end_session`, 'sign out');
        await page.locator('#logout-submit').click();
        await visit.look('signed out');
        visit.finish();
      }),
    [`${mode}, ${language}: every page of the documentation`]: () =>
      inBrowser(options, async (page) => {
        const visit = new Visit(page, language);
        const counts = await follow(visit, `${demo.issuer}/docs`);
        const told = await (await fetch(`${demo.issuer}/docs/openapi.json`)).json();
        const missing = told.tags.map(({ name }) => `/docs/${name}`).filter((path) => !counts.has(path));
        assert.deepEqual(missing, []);
        visit.finish();
        console.log(`# ${counts.size} pages of the documentation`);
      }),
    ...everything('the operator', operator),
    ...everything('somebody else', person),
  };
}

try {
  await fill();
  for (const [language, locale] of [['en', 'en-GB'], ['de', 'de-AT']]) {
    await run(pages(scripts ? 'script' : 'no-script', language, { javaScriptEnabled: scripts, locale }));
  }
} finally {
  await browser.close();
}
