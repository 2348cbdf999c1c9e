// The npm package `openid-client` as an application that nobody here wrote.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { createClient } from './lib/client.mjs';
import { clientOf, demo, run, userWith } from './lib/scenarios.mjs';
import { Page, UserAgent } from './lib/user-agent.mjs';

const issuer = new URL(demo.issuer);
const options = { execute: [oidc.allowInsecureRequests] };
const LOOPBACK = 'http://127.0.0.1:47113/callback';
const SCOPE = 'openid profile email offline_access contracts:read';

async function discover(client, authentication) {
  const config = await oidc.discovery(issuer, client.client_id, client.client_secret ?? undefined, authentication, options);
  // Verifies the signature of ID tokens too, which TLS would otherwise stand for.
  oidc.enableNonRepudiationChecks(config);
  return config;
}

async function relyingParty(kind) {
  const client = clientOf(kind);
  const config = client.client_secret
    ? await discover(client, oidc.ClientSecretBasic(client.client_secret))
    : await discover(client, oidc.None());
  return { config, redirectUri: kind === 'public' ? LOOPBACK : client.redirect_uris[0] };
}

/** An authorization request with PKCE, state and nonce, and what must be remembered of it. */
async function begin({ config, redirectUri }, more = {}) {
  const kept = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
  };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: SCOPE,
    state: kept.expectedState,
    nonce: kept.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(kept.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return { url, kept };
}

/** Goes through sign-in and consent wherever these pages come up; answers the callback's URL. */
async function authorize(agent, url, redirectUri, { user = userWith(2), workspace, scopes } = {}) {
  const choices = { ...(workspace && { workspace }), ...(scopes && { scope: scopes }) };
  return agent.authorize(url, user, { until: redirectUri, choices });
}

/** The whole code flow. */
async function connect(party, { agent = new UserAgent(), request = {}, ...pages } = {}) {
  const { url, kept } = await begin(party, request);
  const callback = await authorize(agent, url, party.redirectUri, pages);
  const tokens = await oidc.authorizationCodeGrant(party.config, callback, { ...kept, idTokenExpected: true });
  return { tokens, callback, kept, agent };
}

async function refused(promise, error, status) {
  const failure = await promise.then(() => assert.fail(`${error} was expected, and nothing was refused`), (reason) => reason);
  if (failure instanceof assert.AssertionError) throw failure;
  // Where a WWW-Authenticate challenge came, the library tells of that and leaves the body to us; Basic has no codes.
  const challenge = failure.error ?? failure.cause?.[0]?.parameters?.error;
  const code = challenge ?? (await failure.response?.json())?.error;
  assert.equal(code, error, failure.message);
  if (status) assert.equal(failure.status, status);
  return failure;
}

const RSA = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
const KEYS = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', ...RSA },
  PS256: { name: 'RSA-PSS', ...RSA },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  EdDSA: { name: 'Ed25519' },
};

/** A client that authenticates with a new key pair. */
async function withKey(parameters, redirectUris = [], more = { grant_types: ['client_credentials'], scopes: ['contracts:read'] }) {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(parameters, false, ['sign', 'verify']);
  const kid = crypto.randomUUID();
  const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey('jwk', publicKey);
  const jwks = { keys: [{ kty, crv, x, y, n, e, kid, use: 'sig' }] };
  const client = await createClient('With keys', redirectUris, { token_endpoint_auth_method: 'private_key_jwt', jwks, ...more });
  assert.equal(client.client_secret, undefined);
  return { client, kid, config: await discover(client, oidc.PrivateKeyJwt({ key: privateKey, kid })) };
}

const introspect = (config, token) => oidc.tokenIntrospection(config, token);

await run({
  'discovery names what the client needs': async () => {
    const { config } = await relyingParty('web');
    const metadata = config.serverMetadata();
    assert.equal(metadata.issuer, demo.issuer);
    assert.ok(metadata.supportsPKCE('S256'));
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    for (const endpoint of ['authorization', 'token', 'userinfo', 'introspection', 'revocation', 'registration']) {
      assert.ok(metadata[`${endpoint}_endpoint`]?.startsWith(demo.issuer), `${endpoint}_endpoint`);
    }
  },

  'RFC 8414 metadata says the same': async () => {
    const config = await oidc.discovery(issuer, clientOf('web').client_id, undefined, undefined, { ...options, algorithm: 'oauth2' });
    assert.equal(config.serverMetadata().token_endpoint, (await relyingParty('web')).config.serverMetadata().token_endpoint);
  },

  'web client: code flow, ID token and userinfo name the person and the chosen workspace': async () => {
    const party = await relyingParty('web');
    const user = userWith(2);
    for (const { id } of user.workspaces) {
      const { tokens } = await connect(party, { workspace: id, request: { prompt: 'consent' } });
      const claims = tokens.claims();
      assert.equal(claims.sub, user.id);
      assert.equal(claims.tenant_id, id);
      assert.equal(tokens.token_type, 'bearer');
      assert.ok(tokens.expires_in > 0 && tokens.refresh_token);
      const info = await oidc.fetchUserInfo(party.config, tokens.access_token, user.id);
      assert.equal(info.tenant_id, id);
      assert.equal(info.email, user.email);
      assert.equal((await introspect(party.config, tokens.access_token)).sub, id, 'the access token speaks for the workspace');
      assert.ok(Array.isArray(info.roles));
    }
  },

  'web client: a token that speaks for the user names the user': async () => {
    const party = await relyingParty('web');
    const user = userWith(1);
    const { tokens } = await connect(party, { user, request: { sub_type: 'user' } });
    assert.equal(tokens.claims().sub, user.id);
    const info = await oidc.fetchUserInfo(party.config, tokens.access_token, user.id);
    assert.equal(info.email, user.email);
    assert.equal(info.tenant_id, user.workspaces[0].id);
  },

  'public client: code flow with PKCE on a loopback address with a port of its own': async () => {
    const party = await relyingParty('public');
    const user = userWith(1);
    const { tokens } = await connect(party, { user });
    assert.equal(tokens.claims().sub, user.id);
    await oidc.fetchUserInfo(party.config, tokens.access_token, user.id);
  },

  'an optional scope that was unticked is not granted': async () => {
    const party = await relyingParty('web');
    const { tokens } = await connect(party, { user: userWith(1), request: { prompt: 'consent' }, scopes: ['profile', 'contracts:read'] });
    assert.deepEqual(tokens.scope.split(' ').sort(), ['contracts:read', 'openid', 'profile']);
    assert.equal(tokens.refresh_token, undefined, 'offline_access was unticked');
  },

  'a second authorization in the same browser asks nothing again': async () => {
    const party = await relyingParty('web');
    const agent = new UserAgent();
    const user = userWith(1);
    await connect(party, { agent, user });
    const { url, kept } = await begin(party);
    const callback = await agent.open(url, party.redirectUri);
    assert.ok(callback instanceof URL, 'a page came up');
    await oidc.authorizationCodeGrant(party.config, callback, { ...kept, idTokenExpected: true });
  },

  'confidential client: refresh keeps the refresh token': async () => {
    const party = await relyingParty('web');
    const { tokens } = await connect(party);
    const first = await oidc.refreshTokenGrant(party.config, tokens.refresh_token);
    assert.notEqual(first.access_token, tokens.access_token);
    assert.ok([undefined, tokens.refresh_token].includes(first.refresh_token), 'another refresh token came');
    const second = await oidc.refreshTokenGrant(party.config, tokens.refresh_token);
    await oidc.fetchUserInfo(party.config, second.access_token, tokens.claims().sub);
  },

  'public client: refresh rotates, tolerates a lost reply, and ends the grant on theft': async () => {
    const party = await relyingParty('public');
    const { tokens } = await connect(party, { user: userWith(1) });
    const sub = tokens.claims().sub;
    const lost = await oidc.refreshTokenGrant(party.config, tokens.refresh_token);
    assert.notEqual(lost.refresh_token, tokens.refresh_token);
    const again = await oidc.refreshTokenGrant(party.config, tokens.refresh_token);
    const next = await oidc.refreshTokenGrant(party.config, again.refresh_token);
    await oidc.fetchUserInfo(party.config, next.access_token, sub);
    await refused(oidc.refreshTokenGrant(party.config, tokens.refresh_token), 'invalid_grant', 400);
    await refused(oidc.refreshTokenGrant(party.config, next.refresh_token), 'invalid_grant', 400);
    await refused(oidc.fetchUserInfo(party.config, next.access_token, sub), 'invalid_token', 401);
  },

  'refresh may narrow the scope and not widen it': async () => {
    const party = await relyingParty('web');
    const { tokens } = await connect(party);
    const narrow = await oidc.refreshTokenGrant(party.config, tokens.refresh_token, { scope: 'openid' });
    assert.equal(narrow.scope, 'openid');
    await refused(oidc.refreshTokenGrant(party.config, tokens.refresh_token, { scope: 'openid contracts:write' }), 'invalid_scope', 400);
  },

  'introspection tells of a live token': async () => {
    const party = await relyingParty('web');
    const { tokens } = await connect(party);
    const seen = await introspect(party.config, tokens.access_token);
    assert.equal(seen.active, true);
    assert.equal(seen.sub, tokens.claims().tenant_id);
    assert.equal(seen.client_id, clientOf('web').client_id);
    assert.equal(seen.iss, demo.issuer);
    assert.equal(seen.scope, tokens.scope);
    assert.deepEqual(await introspect(party.config, 'unknown'), { active: false });
  },

  'revoking the refresh token ends the grant': async () => {
    const party = await relyingParty('web');
    const { tokens } = await connect(party);
    await oidc.tokenRevocation(party.config, tokens.refresh_token);
    assert.deepEqual(await introspect(party.config, tokens.access_token), { active: false });
    await refused(oidc.refreshTokenGrant(party.config, tokens.refresh_token), 'invalid_grant', 400);
    await refused(oidc.fetchUserInfo(party.config, tokens.access_token, tokens.claims().sub), 'invalid_token', 401);
  },

  'revoking an access token ends that one at least, and revoking it twice is no error': async () => {
    const party = await relyingParty('web');
    const { tokens } = await connect(party);
    await oidc.tokenRevocation(party.config, tokens.access_token);
    await oidc.tokenRevocation(party.config, tokens.access_token);
    assert.deepEqual(await introspect(party.config, tokens.access_token), { active: false });
  },

  'machine client: client_credentials': async () => {
    const { config } = await relyingParty('machine');
    const tokens = await oidc.clientCredentialsGrant(config, { scope: 'contracts:read' });
    assert.equal(tokens.scope ?? 'contracts:read', 'contracts:read');
    assert.equal(tokens.refresh_token, undefined);
    const seen = await introspect(config, tokens.access_token);
    assert.equal(seen.active, true);
    assert.equal(seen.client_id, clientOf('machine').client_id);
    await refused(oidc.clientCredentialsGrant(config, { scope: 'no:such:scope' }), 'invalid_scope', 400);
  },

  'dynamic registration, then a flow, then read, update and delete (RFC 7592)': async () => {
    const redirectUri = 'https://registered.example/callback';
    const config = await oidc.dynamicClientRegistration(
      issuer,
      {
        client_name: 'Registered',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post',
        scope: SCOPE,
      },
      undefined,
      options,
    );
    oidc.enableNonRepudiationChecks(config);
    const client = config.clientMetadata();
    const user = userWith(1);
    const { tokens } = await connect({ config, redirectUri }, { user });
    assert.equal(tokens.claims().aud, client.client_id);

    assert.ok(client.registration_client_uri.startsWith(demo.issuer));
    const manage = (method, body, token = client.registration_access_token) =>
      fetch(client.registration_client_uri, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        body: body && JSON.stringify(body),
      });
    const read = await manage('GET');
    assert.equal(read.status, 200);
    const metadata = await read.json();
    assert.equal(metadata.client_name, 'Registered');
    assert.deepEqual(metadata.redirect_uris, [redirectUri]);

    assert.equal((await manage('GET', undefined, 'wrong')).status, 401);

    const { registration_access_token, registration_client_uri, client_secret_expires_at, client_id_issued_at, ...kept } = metadata;
    const updated = await manage('PUT', { ...kept, client_name: 'Renamed', redirect_uris: [`${redirectUri}/2`] });
    const text = await updated.text();
    assert.equal(updated.status, 200, text);
    assert.equal(JSON.parse(text).client_name, 'Renamed');
    const { url } = await begin({ config, redirectUri });
    const page = await new UserAgent().open(url, redirectUri);
    assert.equal(page.heading, 'That did not work', 'the former redirect URI is not registered any more');

    assert.equal((await manage('DELETE')).status, 204);
    assert.equal((await manage('GET')).status, 401);
    await refused(oidc.refreshTokenGrant(config, tokens.refresh_token), 'invalid_client', 401);
  },

  'registration refuses a redirect URI with a fragment': async () => {
    const metadata = { client_name: 'Bad', redirect_uris: ['https://registered.example/callback#part'] };
    const failure = await refused(oidc.dynamicClientRegistration(issuer, metadata, undefined, options), 'invalid_redirect_uri', 400);
    assert.ok(failure.error_description);
  },

  'a wrong code_verifier is refused': async () => {
    const party = await relyingParty('web');
    const { url, kept } = await begin(party);
    const callback = await authorize(new UserAgent(), url, party.redirectUri);
    const wrong = { ...kept, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
    await refused(oidc.authorizationCodeGrant(party.config, callback, wrong), 'invalid_grant', 400);
  },

  'a second use of a code is refused, and ends what the first gave': async () => {
    const party = await relyingParty('web');
    const { tokens, callback, kept } = await connect(party);
    assert.equal((await introspect(party.config, tokens.access_token)).active, true);
    await refused(oidc.authorizationCodeGrant(party.config, callback, kept), 'invalid_grant', 400);
    assert.deepEqual(await introspect(party.config, tokens.access_token), { active: false });
    await refused(oidc.refreshTokenGrant(party.config, tokens.refresh_token), 'invalid_grant', 400);
  },

  'prompt=none without a session is login_required, with iss and state': async () => {
    const party = await relyingParty('web');
    const { url, kept } = await begin(party, { prompt: 'none' });
    const callback = await new UserAgent().open(url, party.redirectUri);
    assert.ok(callback instanceof URL, 'a page came up');
    assert.equal(callback.searchParams.get('iss'), demo.issuer);
    assert.equal(callback.searchParams.get('state'), kept.expectedState);
    await refused(oidc.authorizationCodeGrant(party.config, callback, kept), 'login_required');
  },

  'an interaction of another browser is refused, by link and by form': async () => {
    const party = await relyingParty('web');
    const signedIn = async (user) => {
      const agent = new UserAgent();
      const login = await agent.open((await begin(party, { prompt: 'consent' })).url, party.redirectUri);
      return { agent, page: await agent.submit(login, 'login-submit', { username: user.email, password: user.password }, party.redirectUri) };
    };
    const [victim, thief] = [await signedIn(userWith(2)), await signedIn(userWith(1))];
    const { value } = victim.page.form('consent-allow').controls.find(({ name }) => name === 'interaction');
    for (const answer of [
      await thief.agent.open(`${demo.issuer}/oauth2/interaction?i=${encodeURIComponent(value)}`, party.redirectUri),
      await thief.agent.submit(thief.page, 'consent-allow', { interaction: value }, party.redirectUri),
    ]) {
      assert.ok(answer instanceof Page, 'the thief was redirected');
      assert.equal(answer.heading, 'That did not work');
    }
    const callback = await victim.agent.submit(victim.page, 'consent-allow', {}, party.redirectUri);
    assert.ok(callback instanceof URL && callback.searchParams.has('code'), 'the victim cannot go on');
  },

  'a form without its token is refused': async () => {
    const party = await relyingParty('web');
    const agent = new UserAgent();
    const login = await agent.open((await begin(party)).url, party.redirectUri);
    const { email, password } = userWith(1);
    const answer = await agent.submit(login, 'login-submit', { username: email, password, csrf: 'x' }, party.redirectUri);
    assert.equal(answer.heading, 'That did not work');
  },

  'a wrong client secret is refused': async () => {
    const client = clientOf('machine');
    const config = await discover({ ...client, client_secret: 'wrong' }, oidc.ClientSecretBasic('wrong'));
    await refused(oidc.clientCredentialsGrant(config), 'invalid_client', 401);
  },

  ...Object.fromEntries(Object.entries(KEYS).map(([name, parameters]) => [
    `private_key_jwt with ${name}: tokens, introspection and revocation`,
    async () => {
      const { client, config, kid } = await withKey(parameters);
      const tokens = await oidc.clientCredentialsGrant(config, { scope: 'contracts:read' });
      assert.equal(tokens.scope, 'contracts:read');
      assert.equal((await introspect(config, tokens.access_token)).client_id, client.client_id);
      await oidc.tokenRevocation(config, tokens.access_token);
      assert.equal((await introspect(config, tokens.access_token)).active, false);
      // Another key under the same id proves nothing.
      const other = await crypto.subtle.generateKey(parameters, false, ['sign', 'verify']);
      await refused(oidc.clientCredentialsGrant(await discover(client, oidc.PrivateKeyJwt({ key: other.privateKey, kid }))), 'invalid_client', 401);
    },
  ])),

  'private_key_jwt: code flow and refresh': async () => {
    const redirectUri = 'https://keys.example/callback';
    const { config } = await withKey(KEYS.ES256, [redirectUri], {
      grant_types: ['authorization_code', 'refresh_token'], scopes: SCOPE.split(' '),
    });
    const { tokens } = await connect({ config, redirectUri });
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal((await introspect(config, next.access_token)).active, true);
  },

  'a client that is not known gets a page, and nobody is redirected': async () => {
    const party = await relyingParty('web');
    const { url } = await begin(party);
    url.searchParams.set('client_id', 'cs_ci_unknown');
    const page = await new UserAgent().open(url, party.redirectUri);
    assert.ok(page instanceof Page);
    assert.equal(page.heading, 'That did not work');
    assert.ok(page.status >= 400);
    assert.match(page.text, /invalid_client|invalid_request|unauthorized_client/);
  },
});
