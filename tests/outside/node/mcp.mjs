// The MCP TypeScript SDK, versions 2 and 1, as clients that know only the address of an MCP server.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import * as current from '@modelcontextprotocol/client';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { ClientCredentialsProvider, PrivateKeyJwtProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createClient } from './lib/client.mjs';
import { introspect, mcpServer } from './lib/mcp-server.mjs';
import { clientOf, demo, run, userWith } from './lib/scenarios.mjs';
import { Page, UserAgent } from './lib/user-agent.mjs';

const CALLBACK = 'http://localhost:47116/callback';
const [server, another] = [await mcpServer(), await mcpServer()];

/** A member of the workspace whose API key the servers introspect with. */
const person = userWith(2);
const [workspace] = person.workspaces;

/** What the SDK's guide asks of a client: where it stores what it gets, and how it sends the person to sign in. */
class Provider {
  redirectUrl = CALLBACK;
  asked = [];

  constructor(metadata) {
    this.clientMetadata = { client_name: 'My MCP Client', redirect_uris: [CALLBACK], ...metadata };
  }

  clientInformation() { return this.registered; }
  saveClientInformation(registered) { this.registered = registered; }
  tokens() { return this.kept; }
  saveTokens(kept) { this.kept = kept; }
  state() { return (this.lastState = randomUUID()); }
  saveDiscoveryState(discovered) { this.discovered = discovered; }
  discoveryState() { return this.discovered; }
  codeVerifier() { return this.verifier; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  redirectToAuthorization(url) { this.asked.push(url); }

  invalidateCredentials(scope) {
    if (['all', 'client'].includes(scope)) this.registered = undefined;
    if (['all', 'tokens'].includes(scope)) this.kept = undefined;
  }
}

/** One installation of a client, and the browser of the person at it. */
class Session {
  /** The client's requests, such as `401 POST /mcp`. */
  trail = [];

  constructor(sdk, { metadata, url = server, agent = new UserAgent(), provider = new Provider({ ...sdk.metadata, ...metadata }) } = {}) {
    Object.assign(this, { sdk, url, agent, provider });
  }

  #fetch = async (target, request) => {
    const response = await fetch(target, request);
    this.trail.push(`${response.status} ${request?.method ?? 'GET'} ${new URL(target).pathname}`);
    // The SDK drops the members that it does not know.
    if (response.status === 201) this.registration = await response.clone().json();
    return response;
  };

  async #connected() {
    if (this.client) return;
    const client = new this.sdk.Client({ name: 'my-app', version: '1.0.0' });
    this.transport = new this.sdk.StreamableHTTPClientTransport(this.url, { authProvider: this.provider, fetch: this.#fetch });
    await client.connect(this.transport);
    this.client = client;
  }

  /** Calls `tool`; false when the SDK sends the person to sign in instead. */
  async tries(tool) {
    try {
      await this.#connected();
      const answer = await this.client.callTool({ name: tool, arguments: {} });
      this.said = answer.content[0].text;
      return true;
    } catch (error) {
      if (!(error instanceof this.sdk.UnauthorizedError)) throw error;
      return false;
    }
  }

  /** The latest authorization request. */
  get request() { return this.provider.asked.at(-1).searchParams; }

  /** Opens the latest authorization request: a page, or the callback right away. */
  open() { return this.agent.open(this.provider.asked.at(-1), CALLBACK); }

  /** The person signs in and allows what the client asks for. */
  async signIn(at) {
    this.arrive(await this.agent.authorize(at ?? (await this.open()), person, { until: CALLBACK, choices: { workspace: workspace.id } }));
    await this.sdk.finish(this.transport, this.answer);
    // The guide: reconnect on a fresh transport.
    this.client = undefined;
  }

  /** The person returns to the client, which checks what the guide tells it to. */
  arrive(callback) {
    this.answer = callback.searchParams;
    assert.equal(this.answer.get('state'), this.provider.lastState);
    assert.equal(this.answer.get('iss'), demo.issuer);
  }

  /** Calls `tool`, which answers for `whom`. The person has to sign in or allow exactly `times` times. */
  async calls(tool, times = 0, whom = workspace.id) {
    const before = this.provider.asked.length;
    for (let left = times; !(await this.tries(tool)); left -= 1) {
      assert.ok(left > 0, `the person is asked again: ${this.request}`);
      await this.signIn();
    }
    assert.equal(this.provider.asked.length - before, times, 'how often the person was asked');
    assert.equal(this.said, `${tool === 'write' ? 'written' : 'read'} for ${whom}`);
  }

  /** Revokes the access token, as if it had expired. */
  async revokeAccess() {
    const { client_id, client_secret, token_endpoint_auth_method: method } = this.provider.registered;
    const basic = method === 'client_secret_basic' && { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` };
    const posted = method === 'client_secret_post' && { client_secret };
    const response = await fetch(`${demo.issuer}/oauth2/revoke`, {
      method: 'POST',
      headers: { ...basic },
      body: new URLSearchParams({ token: this.provider.kept.access_token, client_id, ...posted }),
    });
    assert.equal(response.status, 200, await response.text());
  }
}

const lines = {
  current: { ...current, name: '2', finish: (transport, answer) => transport.finishAuth(answer) },
  former: {
    name: '1',
    Client,
    ClientCredentialsProvider,
    PrivateKeyJwtProvider,
    StreamableHTTPClientTransport,
    UnauthorizedError,
    finish: (transport, answer) => transport.finishAuth(answer.get('code')),
    metadata: { grant_types: ['authorization_code', 'refresh_token'] },
    // With a refresh token, this version refreshes instead of asking for more permissions.
    stepsUp: { grant_types: ['authorization_code'] },
  },
};

const answered = (url, token) => fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } });

const scenarios = (sdk) => ({
  'a client that knows nothing but the address registers itself, signs in and calls a tool': async () => {
    const session = new Session(sdk);
    await session.calls('read', 1);
    assert.deepEqual(session.trail.slice(0, 4), [
      '401 POST /mcp',
      '200 GET /.well-known/oauth-protected-resource/mcp',
      '200 GET /.well-known/oauth-authorization-server',
      '201 POST /oauth2/register',
    ]);
    assert.ok(session.trail.includes('200 POST /oauth2/token'), session.trail);
    assert.equal(session.request.get('code_challenge_method'), 'S256');
    assert.equal(session.request.get('resource'), server.href);
    const seen = await introspect(session.provider.kept.access_token);
    assert.equal(seen.client_id, session.provider.registered.client_id);
    assert.equal(seen.aud, server.href);
    assert.equal(seen.sub, workspace.id);
    assert.equal(seen.scope, session.provider.kept.scope);
  },

  ...Object.fromEntries(['none', 'client_secret_basic', 'client_secret_post'].map((method) => [
    `token_endpoint_auth_method ${method}: an access token that is no longer active is refreshed`,
    async () => {
      const session = new Session(sdk, { metadata: { token_endpoint_auth_method: method } });
      await session.calls('read', 1);
      assert.equal(session.provider.registered.token_endpoint_auth_method, method);
      assert.equal(session.provider.registered.client_secret !== undefined, method !== 'none');
      const first = session.provider.kept;
      await session.revokeAccess();
      await session.calls('read');
      assert.notEqual(session.provider.kept.access_token, first.access_token);
      // Only a public client's refresh token rotates.
      assert.equal(session.provider.kept.refresh_token !== first.refresh_token, method === 'none');
      assert.equal((await introspect(session.provider.kept.access_token)).aud, server.href);
    },
  ])),

  'two processes refresh one token at once, and both go on': async () => {
    const session = new Session(sdk, { metadata: { token_endpoint_auth_method: 'none' } });
    await session.calls('read', 1);
    await session.revokeAccess();
    const processes = [0, 1].map(() => new Session(sdk, { provider: Object.assign(new Provider(), { ...session.provider, asked: [] }) }));
    await Promise.all(processes.map((each) => each.calls('read')));
    for (const each of processes) {
      await each.revokeAccess();
      await each.calls('read');
    }
  },

  'the next session needs no sign-in': async () => {
    const session = new Session(sdk);
    await session.calls('read', 1);
    const next = new Session(sdk, { provider: session.provider });
    await next.calls('read');
    assert.deepEqual([...new Set(next.trail)].filter((each) => !each.endsWith(' /mcp')), []);
  },

  'a tool that needs more is allowed in a second step': async () => {
    const session = new Session(sdk, { metadata: sdk.stepsUp });
    await session.calls('read', 1);
    // At first, the client asks for what the server's challenge names, and registers with that scope.
    assert.ok(!session.provider.kept.scope.includes('contracts:write'), session.provider.kept.scope);
    assert.equal(await session.tries('write'), false);
    const page = await session.open();
    assert.ok(page instanceof Page && page.has('consent-allow'), 'more was granted without consent');
    await session.signIn(page);
    await session.calls('write');
    await session.calls('read');
  },

  'a denial reaches the client, which can ask again': async () => {
    const session = new Session(sdk);
    assert.equal(await session.tries('read'), false);
    const consent = await session.agent.submit(await session.open(), 'login-submit', { username: person.email, password: person.password }, CALLBACK);
    session.arrive(await session.agent.submit(consent, 'consent-deny', {}, CALLBACK));
    assert.equal(session.answer.get('error'), 'access_denied');
    assert.equal(session.answer.get('code'), null);
    if (sdk === lines.current) await assert.rejects(sdk.finish(session.transport, session.answer), { code: 'access_denied' });
    await session.calls('read', 1);
  },

  'one registration serves two servers, each with a token that the other refuses': async () => {
    const session = new Session(sdk);
    await session.calls('read', 1);
    const { registered, kept } = session.provider;
    const second = new Session(sdk, { url: another, agent: session.agent });
    Object.assign(second.provider, { registered });
    await second.calls('read', 1);
    assert.ok(!second.trail.includes('201 POST /oauth2/register'), second.trail);
    assert.equal((await introspect(second.provider.kept.access_token)).aud, another.href);
    for (const [url, token] of [[another, kept.access_token], [server, second.provider.kept.access_token]]) {
      const refused = await answered(url, token);
      assert.equal(refused.status, 401);
      assert.match(refused.headers.get('www-authenticate'), /error="invalid_token"/);
    }
    // Nor can an MCP server use the token at Countersign.
    const info = await fetch(`${demo.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${kept.access_token}` } });
    assert.equal(info.status, 401);
    await session.calls('read');
  },

  'an app that the person disconnects has to ask again': async () => {
    const session = new Session(sdk, { metadata: { client_name: `Disconnected ${sdk.name}` } });
    await session.calls('read', 1);
    const apps = await session.agent.open(`${demo.issuer}/account/apps?q=${session.provider.clientMetadata.client_name}`);
    const [link] = apps.find('a', ({ href }) => href?.includes(`/account/apps/${session.provider.registered.client_id}/disconnect`));
    assert.ok(link, apps.text);
    const question = await session.agent.open(new URL(link.attrs.find(({ name }) => name === 'href').value, demo.issuer));
    await session.agent.submit(question, 'confirm');
    assert.equal(await session.tries('read'), false);
    const page = await session.open();
    assert.ok(page instanceof Page && page.has('consent-allow'), 'access was granted again without consent');
    await session.signIn(page);
    await session.calls('read');
  },

  'a client whose registration was deleted registers again': async () => {
    const session = new Session(sdk);
    await session.calls('read', 1);
    const { client_id, registration_client_uri, registration_access_token } = session.registration;
    const deleted = await fetch(registration_client_uri, { method: 'DELETE', headers: { authorization: `Bearer ${registration_access_token}` } });
    assert.equal(deleted.status, 204);
    await session.calls('read', 1);
    assert.notEqual(session.provider.registered.client_id, client_id);
  },

  'a machine calls a tool with credentials of its own': async () => {
    const { client_id: clientId, client_secret: clientSecret } = clientOf('machine');
    const provider = Object.assign(new sdk.ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer: demo.issuer }), { asked: [] });
    const session = new Session(sdk, { provider });
    await session.calls('read', 0, clientId);
    const seen = await introspect(provider.tokens().access_token);
    assert.deepEqual([seen.client_id, seen.aud], [clientId, server.href]);
  },

  'a machine calls a tool with a key of its own': async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { client_id: clientId } = await createClient('Machine with a key', [], {
      grant_types: ['client_credentials'],
      scopes: ['contracts:read'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [publicKey.export({ format: 'jwk' })] },
    });
    const options = { clientId, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }), algorithm: 'ES256' };
    const provider = Object.assign(new sdk.PrivateKeyJwtProvider({ ...options, expectedIssuer: demo.issuer }), { asked: [] });
    const session = new Session(sdk, { provider });
    await session.calls('read', 0, clientId);
    const seen = await introspect(provider.tokens().access_token);
    assert.deepEqual([seen.client_id, seen.aud], [clientId, server.href]);
  },
});

await run(Object.fromEntries(
  Object.values(lines).flatMap((sdk) => Object.entries(scenarios(sdk)).map(([name, scenario]) => [`SDK ${sdk.name}: ${name}`, scenario])),
));
