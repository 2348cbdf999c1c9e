// Chromium at a page of another origin, and at a client that leads its user on to an installed app.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { browser, inBrowser, signIn } from './lib/chromium.mjs';
import { demo, run, userWith } from './lib/scenarios.mjs';

/** A server of somebody else on this machine. */
async function site(answer) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function register(metadata) {
  const response = await fetch(`${demo.issuer}/oauth2/register`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(metadata),
  });
  assert.equal(response.status, 201);
  return response.json();
}

const native = (redirect) => ({ client_name: 'Leads on', redirect_uris: [redirect], token_endpoint_auth_method: 'none' });

/** The consent page of a fresh authorization request of the client. */
function authorization(client, more = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code', client_id: client.client_id, redirect_uri: client.redirect_uris[0], scope: 'openid', state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', sub_type: 'user', ...more,
  });
  return `${demo.issuer}/oauth2/authorize?${query}`;
}

/** Allows on the consent page, and answers the address of the installed app that the browser tried to open. */
async function launched(client, more) {
  let failed;
  // A policy that stands in the way is told on the console, which fails the scenario.
  await inBrowser({}, async (page) => {
    await page.goto(authorization(client, more));
    await signIn(page, userWith(1));
    await page.locator('#consent-allow').waitFor();
    const opened = page.waitForEvent('requestfailed', { predicate: (request) => request.url().startsWith('com.example.app:') });
    await page.locator('#consent-allow').click({ noWaitAfter: true });
    failed = await opened;
  });
  // No app of this machine takes it: the browser asked the system, and stays where it was.
  assert.equal(failed.failure().errorText, 'net::ERR_ABORTED');
  return new URL(failed.url());
}

await run({
  'point 4.7: a page of another origin sends the headers of MCP, DPoP and conditions, and reads what it needs': async () => {
    const elsewhere = await site((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>x</title>'));
    try {
      await inBrowser({}, async (page) => {
        await page.goto(elsewhere.origin);
        const seen = await page.evaluate(async ({ issuer, metadata }) => {
          const extra = { 'mcp-protocol-version': '2025-06-18', 'x-request-id': 'mine', traceparent: '00-1-1-00' };
          const call = async (path, method, headers, body) => {
            const response = await fetch(issuer + path, { method, headers: { ...extra, ...headers }, body });
            return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.json() };
          };
          const json = { 'content-type': 'application/json' };
          const discovery = await call('/.well-known/oauth-authorization-server', 'GET', {});
          const made = await call('/oauth2/register', 'POST', { ...json, 'idempotency-key': crypto.randomUUID() }, JSON.stringify(metadata));
          const own = { authorization: `Bearer ${made.body.registration_access_token}` };
          const path = `/oauth2/register/${made.body.client_id}`;
          const stale = await call(path, 'PUT', { ...json, ...own, 'if-match': '"r999"' }, JSON.stringify(metadata));
          const form = { 'content-type': 'application/x-www-form-urlencoded', dpop: 'x.y.z' };
          const token = await call('/oauth2/token', 'POST', form, 'grant_type=refresh_token&refresh_token=x');
          const userinfo = await call('/oauth2/userinfo', 'GET', { authorization: 'Bearer x' });
          return { discovery, made, stale, token, userinfo };
        }, { issuer: demo.issuer, metadata: native('http://127.0.0.1/callback') });
        assert.equal(seen.discovery.status, 200);
        assert.equal(seen.made.status, 201);
        assert.match(seen.made.headers.etag, /^"r\d+"$/);
        assert.equal(seen.stale.status, 412);
        assert.ok(seen.token.status === 401 && seen.token.headers['x-request-id']);
        assert.match(seen.userinfo.headers['www-authenticate'], /^Bearer error="invalid_token"/);
      });
    } finally {
      elsewhere.close();
    }
  },

  'point 4.7: the callback of a client on another origin leads on to an installed app': async () => {
    const client = await site((request, response) => {
      const query = new URL(request.url, 'http://localhost').searchParams;
      response.writeHead(302, { location: `com.example.app:/done?code=${query.get('code')}` }).end();
    });
    try {
      const address = await launched(await register(native(`${client.origin}/callback`)));
      assert.equal(address.protocol, 'com.example.app:');
      assert.notEqual(address.searchParams.get('code'), 'null');
    } finally {
      client.close();
    }
  },

  'point 4.7: so does a callback that is posted to': async () => {
    const client = await site((request, response) => {
      assert.equal(request.method, 'POST');
      response.writeHead(303, { location: 'com.example.app:/posted' }).end();
    });
    try {
      const address = await launched(await register(native(`${client.origin}/callback`)), { response_mode: 'form_post' });
      assert.equal(address.href, 'com.example.app:/posted');
    } finally {
      client.close();
    }
  },
}).finally(() => browser.close());
