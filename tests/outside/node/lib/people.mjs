// People who are new here, each at an address of their own, so that no scenario needs what another one left behind.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { randomInt } from 'node:crypto';
import { signIn } from './chromium.mjs';
import { demo } from './scenarios.mjs';
import { UserAgent } from './user-agent.mjs';

/** `fetch` from another address of this machine: this many people do not sign up at one address in an hour. */
const from = (localAddress) => (url, { method, headers, body }) =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, localAddress }, async (answer) => {
      const status = answer.statusCode;
      const chunks = await answer.toArray();
      const empty = status === 204 || status === 304;
      resolve(new Response(empty ? null : Buffer.concat(chunks), { status, headers: pairs(answer.rawHeaders) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });

const pairs = (raw) => raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1]]] : []));

const address = () => `127.${randomInt(1, 255)}.${randomInt(255)}.${randomInt(1, 255)}`;

let count = 0;

/** Somebody with an account and the workspace that comes with it; `agent` is signed in. */
export async function newPerson(name = 'Mira Novak') {
  count += 1;
  const person = { name, email: `person${count}.${randomInt(1e9)}@example.org`, password: 'four words as usual' };
  const agent = new UserAgent({ fetch: from(address()) });
  const form = await agent.open(`${demo.issuer}/signup`);
  const page = await agent.submit(form, 'signup-submit', { name, username: person.email, password: person.password });
  assert.equal(page.status, 200, page.text);
  return { ...person, agent, workspace: /\/workspaces\/(wsp_[0-9a-z]+)\//.exec(page.html)[1] };
}

/** The address of a page of the person's workspace. */
export const at = (person, path) => `${demo.issuer}/workspaces/${person.workspace}${path}`;

/** Sits down at a browser where the person is signed in. */
export async function arrive(page, { agent }) {
  const cookies = Object.entries(agent.cookies(demo.issuer));
  await page.context().addCookies(cookies.map(([name, value]) => ({ name, value, url: demo.issuer })));
}

/** Signs in at the sign-in page and stays at the account. */
export async function enter(page, person) {
  await page.goto(`${demo.issuer}/login`);
  await signIn(page, person);
  await page.locator('#logout-submit').waitFor();
}

/** Makes `guest` a member of the host's workspace, with a link. */
export async function invite(host, guest, role = 'member') {
  const form = await host.agent.open(at(host, '/invitations/new'));
  const made = await host.agent.submit(form, 'invite', { role });
  const invitation = await guest.agent.open(made.textOf('secret'));
  const joined = await guest.agent.submit(invitation, 'accept');
  assert.equal(joined.status, 200, joined.text);
}
