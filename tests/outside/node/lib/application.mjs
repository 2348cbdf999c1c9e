// Applications that a scenario makes for itself, and what their programs would do.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { demo } from './scenarios.mjs';
import { at } from './people.mjs';

/** Ticks exactly these boxes of a group. */
export async function tick(page, name, wanted) {
  for (const box of await page.locator(`input[type=checkbox][name="${name}"]:enabled`).all()) {
    await box.setChecked(wanted.includes(await box.getAttribute('value')));
  }
}

/** Goes through the steps of the console; answers the credentials that the last page shows. */
export async function create(page, person, { kind = 'web', name = 'Timesheets', redirect, scopes = ['openid', 'email'] }) {
  await page.goto(at(person, '/applications'));
  await page.locator('#apps-new').click();
  await page.locator(`#kind-${kind}`).check();
  await page.locator('#new-next').click();
  await page.locator('#client_name').fill(name);
  if (redirect) await page.locator('#redirect_uris').fill(redirect);
  await page.locator('#new-next').click();
  await tick(page, 'scope', scopes);
  await page.locator('#new-next').click();
  await page.locator('#new-create').click();
  return made(page, { name, redirect, scopes });
}

/** The same without a browser, for scenarios that are about something else. */
export async function prepare(person, { kind = 'web', name = 'Timesheets', redirect, scopes = ['openid', 'email'], grants = [] }) {
  const query = new URLSearchParams({ kind, client_name: name, chosen: '1', ...(redirect && { redirect_uris: redirect }) });
  for (const scope of scopes) query.append('scope', scope);
  const review = await person.agent.open(at(person, `/applications/new/review?${query}`));
  const page = await person.agent.submit(review, 'new-create');
  const app = { name, redirect, scopes, client_id: page.textOf('client-id'), client_secret: page.textOf('client-secret') };
  if (grants.length) {
    const settings = await person.agent.open(pageOf(person, app, '/settings'));
    const saved = await person.agent.submit(settings, 'settings-save', { grant_types: ['authorization_code', 'refresh_token', ...grants] });
    assert.equal(saved.status, 200, saved.text);
  }
  return app;
}

/** What the page tells whose application was just made. */
export async function made(page, known = {}) {
  const id = (await page.locator('#client-id').innerText()).trim();
  const shown = page.locator('#client-secret');
  const secret = (await shown.count()) ? (await shown.innerText()).trim() : undefined;
  return { ...known, client_id: id, client_secret: secret };
}

export const pageOf = (person, app, path = '') => at(person, `/applications/${app.client_id}${path}`);

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** A request that the program would send people with, and the verifier that it keeps. */
export function request(app, more = {}) {
  const { verifier, challenge } = pkce();
  const query = new URLSearchParams({
    response_type: 'code', client_id: app.client_id, redirect_uri: app.redirect, scope: app.scopes.join(' '),
    state: 'mine', code_challenge: challenge, code_challenge_method: 'S256', ...more,
  });
  return { url: `${demo.issuer}/oauth2/authorize?${query}`, verifier };
}

export async function post(app, path, fields) {
  const basic = Buffer.from(`${app.client_id}:${app.client_secret}`).toString('base64');
  const headers = app.client_secret ? { authorization: `Basic ${basic}` } : {};
  const body = new URLSearchParams({ ...(!app.client_secret && { client_id: app.client_id }), ...fields });
  const response = await fetch(`${demo.issuer}/oauth2/${path}`, { method: 'POST', headers, body });
  return { status: response.status, ...(await response.json().catch(() => ({}))) };
}

export const token = (app, fields) => post(app, 'token', fields);
export const active = async (app, value) => (await post(app, 'introspect', { token: value })).active;

/** The code that the browser brought back to the program, exchanged. */
export async function exchange(page, app, verifier) {
  await page.waitForURL((url) => url.href.startsWith(app.redirect));
  const back = new URL(page.url()).searchParams;
  assert.equal(back.get('error'), null, page.url());
  const answer = await token(app, {
    grant_type: 'authorization_code', code: back.get('code'), redirect_uri: app.redirect, code_verifier: verifier,
  });
  assert.equal(answer.status, 200, JSON.stringify(answer));
  return answer;
}

/** Somebody who is signed in allows all that is asked; answers the tokens. */
export async function connect(page, app, more) {
  const { url, verifier } = request(app, more);
  await page.goto(url);
  await page.locator('#consent-allow').click();
  return exchange(page, app, verifier);
}
