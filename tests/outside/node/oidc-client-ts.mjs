// oidc-client-ts in Chromium, on pages of other origins than the server's: an authority, a client id and a redirect URI.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { browser, inBrowser, signIn } from './lib/chromium.mjs';
import { createClient } from './lib/client.mjs';
import { demo, run, userWith } from './lib/scenarios.mjs';

const library = await readFile(new URL('node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url));

/** The pages of the application. Each ends the step that brings people to it, as the library's samples do. */
const page = (script) => `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><script src="/oidc-client-ts.min.js"></script>
<script src="/app.js"></script><script>${script}</script><h1>App</h1></html>`;
const PAGES = {
  '/': page(''),
  '/callback': page('done(manager().signinCallback())'),
  '/signed-out': page('done(manager().signoutCallback())'),
};
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://app');
  const script = { '/oidc-client-ts.min.js': library, '/app.js': APP }[pathname];
  response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
  response.end(script ?? PAGES[pathname] ?? page(''));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
server.unref();
const { port } = server.address();
/** Another site than the server's, and another origin of the same site. */
const [FAR, NEAR] = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];

const create = async (name, more) => {
  const both = (path) => [FAR, NEAR].map((origin) => `${origin}${path}`);
  const scopes = ['openid', 'profile', 'email', 'offline_access'];
  const settings = { client_type: 'public', scopes, post_logout_redirect_uris: both('/signed-out'), ...more };
  return (await createClient(name, both('/callback'), settings)).client_id;
};
const client_id = await create('Single page');
/** The library renews in a hidden frame where no refresh token came. */
const framed = await create('Single page without refresh', { grant_types: ['authorization_code'], scopes: ['openid'] });

const APP = `
  const manager = (more) => new oidc.UserManager({
    authority: ${JSON.stringify(demo.issuer)},
    client_id: ${JSON.stringify(client_id)},
    redirect_uri: location.origin + '/callback',
    post_logout_redirect_uri: location.origin + '/signed-out',
    automaticSilentRenew: false,
    ...JSON.parse(sessionStorage.more ?? '{}'),
  });
  const done = (promise) => promise.then(() => { window.result = 'done' }, (error) => { window.result = String(error) });
`;

/** Opens the application with settings beyond the necessary ones. */
async function open(page, origin, more = {}) {
  await page.goto(`${origin}/`);
  await page.evaluate((settings) => { sessionStorage.more = JSON.stringify(settings); }, more);
}

/** Waits until a page of the application has ended its step. */
async function ended(page, path) {
  await page.waitForURL((url) => url.port === String(port) && url.pathname === path);
  await page.waitForFunction(() => window.result);
  assert.equal(await page.evaluate(() => window.result), 'done');
}

async function allow(page, user) {
  await signIn(page, user);
  await page.locator('#consent-allow').click();
}

async function enter(page, user) {
  await page.evaluate(() => { manager().signinRedirect(); });
  await allow(page, user);
  await ended(page, '/callback');
}

const user = (page) => page.evaluate(async () => {
  const { profile, access_token, refresh_token, scope } = (await manager().getUser()) ?? {};
  return profile && { profile, access_token, refresh_token, scope };
});

/** What the application sees of a silent renewal: the new access token, or the error. */
const renew = (page) => page.evaluate(() => manager().signinSilent().then((next) => next.access_token, (error) => ({ error: error.error ?? String(error) })));

const scenario = (steps) => () => inBrowser({}, (page, context) => steps(page, userWith(1), context));

try {
  await run({
    'from another site: sign in by redirect': scenario(async (page, person) => {
      await open(page, FAR);
      await enter(page, person);
      const { profile, scope } = await user(page);
      assert.equal(profile.sub, person.id);
      assert.equal(scope, 'openid');
    }),

    'from another site: the data of the person by userinfo': scenario(async (page, person) => {
      await open(page, FAR, { scope: 'openid profile email', loadUserInfo: true });
      await enter(page, person);
      const { profile } = await user(page);
      assert.equal(profile.sub, person.id);
      assert.equal(profile.email, person.email);
    }),

    'from another site: renew by the refresh token, and revoke it': scenario(async (page, person) => {
      await open(page, FAR, { scope: 'openid offline_access' });
      await enter(page, person);
      const first = await user(page);
      assert.ok(first.refresh_token);
      const second = await renew(page);
      assert.equal(typeof second, 'string', JSON.stringify(second));
      assert.notEqual(second, first.access_token);
      await page.evaluate(() => manager().revokeTokens(['refresh_token']));
      const answer = await page.evaluate(async ([issuer, token]) => {
        const { status } = await fetch(`${issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } });
        return status;
      }, [demo.issuer, second]);
      assert.equal(answer, 401, 'the tokens of a revoked grant still work');
    }),

    'from another site: sign in by a popup': scenario(async (page, person, context) => {
      await open(page, FAR);
      const opened = context.waitForEvent('page');
      await page.evaluate(() => { done(manager().signinPopup()); });
      const popup = await opened;
      await signIn(popup, person);
      // It closes when the callback has told its opener.
      await popup.locator('#consent-allow').evaluate((button) => button.click());
      await page.waitForFunction(() => window.result);
      assert.equal(await page.evaluate(() => window.result), 'done');
      assert.equal((await user(page)).profile.sub, person.id);
    }),

    // An app on a loopback address is asked about each time (RFC 8252 §8.6), so a frame that shows nothing gets the error.
    'from the same site: a hidden frame is answered consent_required, and login_required without a session': scenario(async (page, person) => {
      await open(page, NEAR, { client_id: framed });
      await enter(page, person);
      assert.deepEqual(await renew(page), { error: 'consent_required' });
      await page.context().clearCookies();
      assert.deepEqual(await renew(page), { error: 'login_required' });
    }),

    'sign out: back at the application, and signed out at the server': scenario(async (page, person) => {
      await open(page, FAR);
      await enter(page, person);
      await page.evaluate(() => { manager().signoutRedirect(); });
      await page.waitForURL((url) => url.href.startsWith(demo.issuer) || url.pathname === '/signed-out');
      await ended(page, '/signed-out');
      assert.equal(await user(page), undefined);
      await page.evaluate(() => { manager().signinRedirect(); });
      await page.locator('#login-submit').waitFor();
    }),
  });
} finally {
  await browser.close();
}
