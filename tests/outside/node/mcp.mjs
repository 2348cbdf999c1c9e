// The MCP TypeScript SDK on both sides: a server that Countersign protects, and a client that knows nothing but its address.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { demo, run, userWith } from './lib/scenarios.mjs';
import { UserAgent } from './lib/user-agent.mjs';

const CALLBACK = 'http://localhost:47116/callback';
const oauthMetadata = await (await fetch(`${demo.issuer}/.well-known/oauth-authorization-server`)).json();

/** Asks Countersign about a token, as a workspace's API may: with an API key. */
async function verifyAccessToken(token) {
  const response = await fetch(oauthMetadata.introspection_endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.api_key}` },
    body: new URLSearchParams({ token }),
  });
  const seen = await response.json();
  assert.equal(response.status, 200, JSON.stringify(seen));
  if (!seen.active) throw new InvalidTokenError('not active');
  return { token, clientId: seen.client_id, scopes: seen.scope.split(' '), expiresAt: seen.exp, resource: new URL([seen.aud].flat()[0]), extra: seen };
}

function contracts() {
  const server = new McpServer({ name: 'contracts', version: '1' });
  const answer = (text) => ({ content: [{ type: 'text', text }] });
  server.registerTool('read', { description: 'Reads the contracts' }, ({ authInfo }) => answer(`read for ${authInfo.extra.sub}`));
  server.registerTool('write', { description: 'Changes a contract' }, ({ authInfo }) => answer(`written for ${authInfo.extra.sub}`));
  return server;
}

const app = createMcpExpressApp();
const listening = app.listen(0, '127.0.0.1');
await once(listening, 'listening');
listening.unref();
const url = new URL(`http://127.0.0.1:${listening.address().port}/mcp`);
const guard = (requiredScopes) => requireBearerAuth({
  verifier: { verifyAccessToken }, requiredScopes, expectedResource: url, resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(url),
});
const [reads, writes] = [guard(['contracts:read']), guard(['contracts:read', 'contracts:write'])];
app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: url, scopesSupported: ['contracts:read', 'contracts:write'] }));
app.post('/mcp', (request, ...rest) => (request.body?.params?.name === 'write' ? writes : reads)(request, ...rest), async (request, response) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on('close', () => transport.close());
  await contracts().connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.all('/mcp', (_, response) => response.status(405).end());

/** What the SDK asks of a client: where to keep things, and how to send the person away. */
class Provider {
  constructor(metadata) {
    this.clientMetadata = {
      client_name: 'MCP client', redirect_uris: [CALLBACK], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], ...metadata,
    };
    this.redirectUrl = CALLBACK;
    this.asked = [];
  }

  clientInformation() { return this.registered; }
  saveClientInformation(registered) { this.registered = registered; }
  tokens() { return this.kept; }
  saveTokens(kept) { this.kept = kept; }
  codeVerifier() { return this.verifier; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  redirectToAuthorization(to) { this.asked.push(to); }
}

/** The workspace whose API key the server asks with. */
const person = userWith(2);
const [workspace] = person.workspaces;

class Session {
  constructor(metadata = {}) {
    this.provider = new Provider(metadata);
    this.agent = new UserAgent();
  }

  /** Does `work`, and signs in where the server asks for it. */
  async #authorized(work) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      const callback = await this.agent.authorize(this.provider.asked.at(-1), person, { until: CALLBACK, choices: { workspace: workspace.id } });
      assert.equal(callback.searchParams.get('error'), null, callback.href);
      await this.transport.finishAuth(callback.searchParams.get('code'));
      return undefined;
    }
  }

  async connect() {
    for (let attempts = 0; attempts < 2; attempts += 1) {
      this.client = new Client({ name: 'outside', version: '1' });
      this.transport = new StreamableHTTPClientTransport(url, { authProvider: this.provider });
      if (await this.#authorized(async () => { await this.client.connect(this.transport); return true; })) return;
    }
    assert.fail('the server asked for a second sign-in');
  }

  async call(name) {
    const work = () => this.client.callTool({ name, arguments: {} });
    const answer = (await this.#authorized(work)) ?? (await work());
    return answer.content[0].text;
  }
}

await run({
  'a client that registers itself signs in and calls a tool': async () => {
    const session = new Session();
    await session.connect();
    assert.equal(await session.call('read'), `read for ${workspace.id}`);
    assert.equal(session.provider.asked.length, 1);
    assert.equal(session.provider.asked[0].searchParams.get('resource'), url.href);
  },

  'a confidential client does so, too': async () => {
    const session = new Session({ token_endpoint_auth_method: 'client_secret_post' });
    await session.connect();
    assert.ok(session.provider.registered.client_secret);
    assert.equal(await session.call('read'), `read for ${workspace.id}`);
  },

  'a tool that needs more is allowed in a second step': async () => {
    // With a refresh token, this version of the SDK refreshes instead of asking for more.
    const session = new Session({ grant_types: ['authorization_code'] });
    await session.connect();
    // The client asked for what the server's challenge named.
    assert.ok(!session.provider.kept.scope.split(' ').includes('contracts:write'), session.provider.kept.scope);
    assert.equal(await session.call('write'), `written for ${workspace.id}`);
    assert.equal(session.provider.asked.length, 2);
    assert.equal(await session.call('read'), `read for ${workspace.id}`);
  },

  'an access token that no longer works is refreshed': async () => {
    const session = new Session();
    await session.connect();
    const { access_token: first } = session.provider.kept;
    session.provider.kept = { ...session.provider.kept, access_token: 'worn out' };
    assert.equal(await session.call('read'), `read for ${workspace.id}`);
    assert.notEqual(session.provider.kept.access_token, first);
    assert.equal(session.provider.asked.length, 1, 'the person was asked again');
  },

  'a token for another resource is refused': async () => {
    const session = new Session();
    await session.connect();
    const other = new URL('http://127.0.0.1:47117/mcp');
    const guarded = requireBearerAuth({ verifier: { verifyAccessToken }, expectedResource: other });
    const refusal = await new Promise((resolve) => {
      const response = { set: () => response, status: (status) => ({ json: (body) => resolve({ status, ...body }) }) };
      guarded({ headers: { authorization: `Bearer ${session.provider.kept.access_token}` } }, response, () => resolve({ status: 200 }));
    });
    assert.equal(refusal.status, 401);
    assert.equal(refusal.error, 'invalid_token');
  },
});
