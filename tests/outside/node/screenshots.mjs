// Pictures of the pages of the filled demo: on a phone, a tablet and a desk, in light and dark, in both languages.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { browser, inBrowser, signIn } from './lib/chromium.mjs';
import { fill } from './lib/filled.mjs';
import { clientOf, demo, run } from './lib/scenarios.mjs';

const folder = process.env.SCREENSHOTS;
const [ada] = demo.users;
const workspace = `${demo.issuer}/workspaces/${ada.workspaces[0].id}`;
const web = clientOf('web');
const application = `${workspace}/applications/${web.client_id}`;

const authorize = (client) => {
  const query = {
    response_type: 'code', client_id: client.client_id, redirect_uri: client.redirect_uris[0], prompt: 'consent', state: 'x',
    scope: 'openid profile email offline_access contracts:read contracts:write',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256',
  };
  return `${demo.issuer}/oauth2/authorize?${new URLSearchParams(query)}`;
};

const BEFORE = { 'sign-in': authorize(web), 'sign-up': `${demo.issuer}/signup`, error: authorize({ client_id: 'cs_ci_unknown', redirect_uris: ['x'] }) };

const AFTER = {
  consent: authorize(web),
  'consent-on-device': authorize(clientOf('public')),
  profile: `${demo.issuer}/account`,
  'connected-apps': `${demo.issuer}/account/apps`,
  disconnect: `${demo.issuer}/account/apps/${web.client_id}/disconnect`,
  security: `${demo.issuer}/account/security`,
  'access-tokens': `${demo.issuer}/account/tokens`,
  workspaces: `${demo.issuer}/workspaces`,
  applications: `${workspace}/applications`,
  'new-application': `${workspace}/applications/new`,
  application,
  activity: `${application}/activity`,
  failures: `${application}/failures`,
  'apps-with-access': `${workspace}/access`,
  'allowed-apps': `${workspace}/access/policy`,
  members: `${workspace}/members`,
  'api-keys': `${workspace}/api-keys`,
  webhooks: `${workspace}/webhooks`,
  audit: `${workspace}/audit`,
  health: `${demo.issuer}/operator`,
  users: `${demo.issuer}/operator/users`,
  clients: `${demo.issuer}/operator/clients`,
  keys: `${demo.issuer}/operator/keys`,
};

/** The three sizes; each scheme and language once on the way, so that the folder stays small. */
const LOOKS = [
  { width: 360, colorScheme: 'light', locale: 'en-GB' },
  { width: 360, colorScheme: 'dark', locale: 'de-DE' },
  { width: 768, colorScheme: 'light', locale: 'de-DE' },
  { width: 768, colorScheme: 'dark', locale: 'en-GB' },
  { width: 1280, colorScheme: 'light', locale: 'en-GB' },
  { width: 1280, colorScheme: 'dark', locale: 'de-DE' },
];

async function picture(page, name, url, look) {
  const response = await page.goto(url);
  if (response.status() >= 500 || (response.status() === 404 && name !== 'error')) throw new Error(`${url}: ${response.status()}`);
  await page.screenshot({ path: join(folder, `${name}-${look.width}-${look.colorScheme}.png`), fullPage: true });
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
