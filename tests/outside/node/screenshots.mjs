// Pictures of the pages of the filled demo: on a phone, a tablet and a desk, in light and dark, in both languages.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browser, inBrowser, signIn } from './lib/chromium.mjs';
import { fill } from './lib/filled.mjs';
import { clientOf, demo, run } from './lib/scenarios.mjs';

const folder = process.env.SCREENSHOTS;
const [ada] = demo.users;
const workspace = `${demo.issuer}/workspaces/${ada.workspaces[0].id}`;
const applications = `${workspace}/applications`;
const operator = `${demo.issuer}/operator`;
const web = clientOf('web');
const application = `${applications}/${web.client_id}`;

const SCOPES = 'openid profile email offline_access contracts:read contracts:write';

const authorize = (client, more = {}) => {
  const query = {
    response_type: 'code', client_id: client.client_id, redirect_uri: client.redirect_uris[0], prompt: 'consent', state: 'x', scope: SCOPES,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...more,
  };
  return `${demo.issuer}/oauth2/authorize?${new URLSearchParams(query)}`;
};

/** An application that nobody here knows: it registered itself (RFC 7591). */
async function stranger() {
  const metadata = {
    client_name: 'Helpful Agent', redirect_uris: ['https://agent.example/callback'], token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'], scope: SCOPES,
  };
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${demo.issuer}/oauth2/register`, { method: 'POST', headers, body: JSON.stringify(metadata) });
  if (response.status !== 201) throw new Error(`registration: ${response.status} ${await response.text()}`);
  return response.json();
}

/** The step of making an application at which all choices are made before. */
const step = (name) => {
  const draft = { kind: 'web', client_name: 'Invoice Robot', description: 'Turns contracts into invoices.', redirect_uris: 'https://invoices.example/callback', chosen: '1' };
  const query = new URLSearchParams(draft);
  for (const scope of ['openid', 'profile', 'contracts:read', 'admin']) query.append('scope', scope);
  return `${applications}/new/${name}?${query}`;
};

/** The page behind the first link of a list. */
const behind = (list, link, below = '') => async (page) => {
  await page.goto(list);
  return `${await page.locator(link).first().evaluate((a) => a.href)}${below}`;
};

const BEFORE = {
  'sign-in': authorize(web),
  'sign-up': `${demo.issuer}/signup`,
  error: authorize({ client_id: 'cs_ci_unknown', redirect_uris: ['x'] }),
  docs: `${demo.issuer}/docs`,
  'docs-applications': `${demo.issuer}/docs/applications`,
  'docs-objects': `${demo.issuer}/docs/objects`,
  'docs-problems': `${demo.issuer}/docs/problems`,
};

/** Each page: its address, or what finds it. */
const AFTER = {
  consent: authorize(web),
  'consent-on-device': authorize(clientOf('public')),
  'consent-stranger': async () => authorize(await stranger()),
  'no-access': authorize(web, { sub_type: 'workspace', workspace: demo.users[1].workspaces[0].id }),
  'choose-account': authorize(web, { prompt: 'select_account' }),
  device: `${demo.issuer}/device`,
  profile: `${demo.issuer}/account`,
  'connected-apps': `${demo.issuer}/account/apps`,
  disconnect: `${demo.issuer}/account/apps/${web.client_id}/disconnect`,
  security: `${demo.issuer}/account/security`,
  'access-tokens': `${demo.issuer}/account/tokens`,
  'new-access-token': `${demo.issuer}/account/tokens/new`,
  workspaces: `${demo.issuer}/workspaces`,
  applications,
  'new-application-1': `${applications}/new`,
  'new-application-2': step('about'),
  'new-application-3': step('permissions'),
  'new-application-4': step('review'),
  'new-application-5': async (page) => {
    await page.goto(step('review'));
    await page.locator('form[method=post] button.primary').click();
  },
  'consent-sensitive': async (page) => {
    const made = await behind(`${applications}?q=Invoice`, 'main table a')(page);
    return authorize({ client_id: made.split('/').at(-1), redirect_uris: ['https://invoices.example/callback'] }, { scope: 'openid profile contracts:read admin' });
  },
  application,
  'application-settings': `${application}/settings`,
  secrets: `${application}/secrets`,
  'try-it': `${application}/test`,
  people: `${application}/users`,
  activity: `${application}/activity`,
  failures: `${application}/failures`,
  'delete-application': `${application}/delete`,
  'apps-with-access': `${workspace}/access`,
  'app-with-access': `${workspace}/access/${web.client_id}`,
  'allowed-apps': `${workspace}/access/policy`,
  'allowed-apps-preview': `${workspace}/access/policy/change?policy=verified`,
  members: `${workspace}/members`,
  invitations: `${workspace}/invitations`,
  'api-keys': `${workspace}/api-keys`,
  'new-api-key': `${workspace}/api-keys/new`,
  webhooks: `${workspace}/webhooks`,
  'new-webhook': `${workspace}/webhooks/new`,
  webhook: behind(`${workspace}/webhooks`, 'main .items a, main table a'),
  deliveries: behind(`${workspace}/webhooks`, 'main .items a, main table a', '/deliveries'),
  audit: `${workspace}/audit`,
  health: operator,
  users: `${operator}/users`,
  user: `${operator}/users/${demo.users[1].id}`,
  'all-workspaces': `${operator}/workspaces`,
  clients: `${operator}/clients`,
  client: `${operator}/clients/${web.client_id}`,
  keys: `${operator}/keys`,
  events: `${operator}/audit`,
  settings: `${operator}/settings`,
  'sign-out': `${demo.issuer}/oauth2/end_session`,
};

/** Pages of refusals. */
const REFUSALS = ['error', 'no-access'];

/** The three sizes, in light and dark; the longer words of German where there is least room. */
const LOOKS = [
  { width: 360, colorScheme: 'light', locale: 'de-DE' },
  { width: 360, colorScheme: 'dark', locale: 'de-DE' },
  { width: 768, colorScheme: 'light', locale: 'en-GB' },
  { width: 768, colorScheme: 'dark', locale: 'en-GB' },
  { width: 1280, colorScheme: 'light', locale: 'en-GB' },
  { width: 1280, colorScheme: 'dark', locale: 'en-GB' },
];

async function picture(page, name, found, look) {
  const url = typeof found === 'function' ? await found(page) : found;
  const response = url && (await page.goto(url));
  if (response && response.status() >= 400 && !REFUSALS.includes(name)) throw new Error(`${url}: ${response.status()}`);
  // Chromium writes WebP, which is a third of the size. The rest of a very long list shows nothing new.
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: Math.min(document.documentElement.scrollHeight, 2000) }));
  const devtools = await page.context().newCDPSession(page);
  const clip = { x: 0, y: 0, width, height, scale: 1 };
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 30, clip, captureBeyondViewport: true });
  await devtools.detach();
  writeFileSync(join(folder, `${name}-${look.width}-${look.colorScheme}.webp`), Buffer.from(data, 'base64'));
}

const scenarios = Object.fromEntries(
  LOOKS.map((look) => [
    `pictures ${look.width} ${look.colorScheme} ${look.locale}`,
    () => {
      const { colorScheme, locale } = look;
      return inBrowser({ viewport: { width: look.width, height: 800 }, colorScheme, locale }, async (page) => {
        for (const [name, url] of Object.entries(BEFORE)) await picture(page, name, url, look);
        await page.goto(`${demo.issuer}/login`);
        await signIn(page, ada);
        for (const [name, url] of Object.entries(AFTER)) await picture(page, name, url, look);
      });
    },
  ]),
);

try {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await fill();
  await run(scenarios);
} finally {
  await browser.close();
}
