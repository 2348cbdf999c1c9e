// Auth.js core, with a provider as its guide describes one: an id, a name, the issuer and the credentials.
import assert from 'node:assert/strict';
import { Auth } from '@auth/core';
import { createClient } from './lib/client.mjs';
import { demo, run, userWith } from './lib/scenarios.mjs';
import { UserAgent } from './lib/user-agent.mjs';

const APP = 'https://app.example';
const { client_id: clientId, client_secret: clientSecret } = await createClient('Auth.js', [`${APP}/auth/callback/countersign`]);

const complaints = [];
const config = {
  basePath: '/auth',
  trustHost: true,
  secret: 'a secret of this test alone',
  providers: [{ id: 'countersign', name: 'Countersign', type: 'oidc', issuer: demo.issuer, clientId, clientSecret }],
  callbacks: {
    // Without an adapter Auth.js gives the user an id of its own, so the session shows the server's.
    jwt: ({ token, profile }) => (profile ? { ...token, sub: profile.sub } : token),
    session: ({ session: seen, token }) => ({ ...seen, sub: token.sub }),
  },
  logger: { error: (error) => complaints.push([error.message, error.cause?.err?.message].filter(Boolean).join(': ')), warn() {} },
};

const session = async (cookie) => (await Auth(new Request(`${APP}/auth/session`, { headers: { cookie } }), config)).json();

/** The application: Auth.js under `/auth`, and a page that shows the session. */
async function application(url, init) {
  if (url.pathname.startsWith('/auth/')) return Auth(new Request(url, init), config);
  return Response.json(await session(init.headers.cookie ?? ''));
}

const browser = () => new UserAgent({ fetch: (url, init) => (url.origin === APP ? application(url, init) : fetch(url, init)) });

/** Presses the button of Auth.js's own page; answers the page where it leads. */
async function leave(agent, query = '') {
  const page = await agent.open(`${APP}/auth/signin`);
  const csrfToken = page.valueOf('csrfToken');
  return agent.post(`${APP}/auth/signin/countersign${query}`, { csrfToken, callbackUrl: APP });
}

async function signIn(user) {
  const agent = browser();
  const home = await agent.authorize(await leave(agent), user);
  assert.equal(home.url, `${APP}/`, `${home.heading}: ${complaints.join('; ')}`);
  return JSON.parse(home.html);
}

await run({
  'a person signs in, and the session names them': async () => {
    const user = userWith(1);
    const signedIn = await signIn(user);
    assert.equal(signedIn.sub, user.id);
  },

  'two people are two accounts': async () => {
    const [first, second] = [await signIn(userWith(1)), await signIn(userWith(2))];
    assert.notEqual(first.sub, second.sub);
  },

  'denying is an error of the application, and not a session': async () => {
    const agent = browser();
    const user = userWith(1);
    let at = await leave(agent, '?prompt=consent');
    at = await agent.submit(at, 'login-submit', { username: user.email, password: user.password });
    at = await agent.submit(at, 'consent-deny');
    assert.match(at.url, /\/auth\/(signin|error)\?error=OAuthCallbackError$/);
    assert.equal((await agent.open(`${APP}/`)).html, 'null');
  },
});
