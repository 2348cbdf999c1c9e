// Clients as a developer creates them, with an API key.
import assert from 'node:assert/strict';
import { demo } from './scenarios.mjs';

/** `more`: members of `POST /oidc/clients`. */
export async function createClient(name, redirectUris, more = {}) {
  const response = await fetch(`${demo.issuer}/oidc/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name, description: '', homepage_url: 'https://app.example', redirect_uris: redirectUris, scopes: ['openid', 'profile', 'email'], ...more,
    }),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return { client_id: answer.client.id, client_secret: answer.client_secret };
}
