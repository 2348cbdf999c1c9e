// The peer: oidc-provider with its in-memory store, and the clients of the benchmark. Whoever comes is signed in and has
// consented, so that the load client needs no knowledge of its pages.
import { generateKeyPairSync } from 'node:crypto';
import * as oidc from 'oidc-provider';

const Provider = oidc.Provider ?? oidc.default;
const port = Number(process.env.PORT);
const issuer = `http://127.0.0.1:${port}`;
const redirect_uris = ['https://client.example/callback'];
const jwk = (type, options, alg) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg };
};
const web = { client_secret: 'a-secret-of-thirty-two-characters!', redirect_uris, grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };

const provider = new Provider(issuer, {
  clients: [
    { ...web, client_id: 'web', id_token_signed_response_alg: 'RS256' },
    { ...web, client_id: 'eddsa', id_token_signed_response_alg: 'EdDSA' },
    { client_id: 'spa', redirect_uris, token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
    { client_id: 'machine', client_secret: web.client_secret, redirect_uris: [], grant_types: ['client_credentials'], response_types: [] },
  ],
  jwks: { keys: [jwk('rsa', { modulusLength: 2048 }, 'RS256'), jwk('ed25519', {}, 'EdDSA')] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'EdDSA'] },
  cookies: { keys: ['a cookie key for the benchmark'] },
  scopes: ['openid', 'profile', 'email', 'offline_access', 'contracts:read'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  ttl: { AccessToken: 3600, ClientCredentials: 3600, AuthorizationCode: 60, IdToken: 3600, RefreshToken: 86400, Grant: 86400, Session: 86400, Interaction: 600 },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: (ctx) => ctx.oidc.client.clientAuthMethod === 'none',
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true }) }),
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  const result = {};
  if (prompt.name === 'login') {
    result.login = { accountId: 'ada' };
  } else {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result.consent = { grantId: await grant.save() };
  }
  ctx.status = 303;
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: true }));
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
