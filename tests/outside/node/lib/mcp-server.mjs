// An MCP server with the TypeScript SDK, protected as the SDK's guide says, by Countersign.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createMcpExpressApp, getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter, requireBearerAuth } from '@modelcontextprotocol/express';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer, OAuthError, OAuthErrorCode, requireScopes } from '@modelcontextprotocol/server';
import { demo } from './scenarios.mjs';

const oauthMetadata = await (await fetch(`${demo.issuer}/.well-known/oauth-authorization-server`)).json();

/** Introspects a token with the workspace's API key. */
export async function introspect(token) {
  const response = await fetch(oauthMetadata.introspection_endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.api_key}` },
    body: new URLSearchParams({ token }),
  });
  const seen = await response.json();
  assert.equal(response.status, 200, JSON.stringify(seen));
  return seen;
}

async function verifyAccessToken(token) {
  const seen = await introspect(token);
  if (!seen.active) throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token is not active');
  return {
    token, clientId: seen.client_id, scopes: seen.scope.split(' '), expiresAt: seen.exp, resource: new URL([seen.aud].flat()[0]), extra: seen,
  };
}

function contracts() {
  const server = new McpServer({ name: 'contracts', version: '1.0.0' });
  const answer = (text) => ({ content: [{ type: 'text', text }] });
  server.registerTool('read', { description: 'Reads the contracts' }, ({ http }) => answer(`read for ${http.authInfo.extra.sub}`));
  server.registerTool(
    'write',
    { description: 'Changes a contract', scopeChallenge: requireScopes('contracts:read', 'contracts:write') },
    ({ http }) => answer(`written for ${http.authInfo.extra.sub}`),
  );
  return server;
}

/** Starts a server on a free port; answers its address. It ends with the process. */
export async function mcpServer() {
  const app = createMcpExpressApp();
  const listening = app.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  listening.unref();
  const url = new URL(`http://127.0.0.1:${listening.address().port}/mcp`);
  const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(url);
  const handler = toNodeHandler(createMcpHandler(contracts));
  const auth = requireBearerAuth({
    verifier: { verifyAccessToken }, requiredScopes: ['contracts:read'], resourceMetadataUrl, expectedResource: url,
  });
  app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: url }));
  app.all('/mcp', auth, (request, response) => void handler(request, response, request.body));
  return url;
}
