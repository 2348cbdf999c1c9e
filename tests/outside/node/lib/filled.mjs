// Fills the demo with what happens in a day: people who allow, deny and come back, programs that call, and mistakes.
import { inBrowser, signIn } from './chromium.mjs';
import { clientOf, demo } from './scenarios.mjs';

const form = (fields) => new URLSearchParams(fields);

async function token(client, fields) {
  const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64');
  const headers = client.client_secret ? { authorization: `Basic ${basic}` } : {};
  const response = await fetch(`${demo.issuer}/oauth2/token`, { method: 'POST', headers, body: form(fields) });
  return response.json();
}

async function connect(user, button, decide) {
  await inBrowser({}, async (page) => {
    await page.goto(demo.app_url);
    await page.locator(button).click();
    await signIn(page, user);
    await page.locator('#consent-allow').waitFor();
    const workspace = page.locator('input[type=radio][name=workspace]').first();
    if (await workspace.count()) await workspace.check();
    await page.locator(decide).click();
    await page.waitForURL((url) => url.href.startsWith(demo.app_url));
  });
}

/** What an admin does: a link for somebody, a key for a program, an app on the list, and webhooks that are tried. */
async function manage(user) {
  const at = `${demo.issuer}/workspaces/${user.workspaces[0].id}`;
  await inBrowser({}, async (page) => {
    await page.goto(`${demo.issuer}/login`);
    await signIn(page, user);
    await page.goto(`${at}/invitations/new`);
    await page.locator('#email').fill('somebody@example.com');
    await page.locator('#invite').click();
    await page.goto(`${at}/api-keys/new`);
    await page.locator('#name').fill('Nightly export');
    await page.locator('input[name=scopes][value="clients:read"]').check();
    await page.locator('#make-key').click();
    await page.goto(`${at}/access/policy`);
    await page.locator('#allow-known').click();
    for (const webhooks of [`${at}/webhooks`, `${demo.issuer}/operator/webhooks`]) {
      await page.goto(`${webhooks}/new`);
      await page.locator('#url').fill('https://hooks.example/countersign');
      await page.locator('#make-webhook').click();
      await page.locator('#shown-done').click();
      await page.locator('#test-webhook').click();
      await page.locator('table').waitFor();
    }
  });
}

/** Does all of it, once. */
export async function fill() {
  const [web, open, machine] = ['web', 'public', 'machine'].map(clientOf);
  for (const user of demo.users) {
    await connect(user, 'text="Connect a workspace"', '#consent-allow');
    await connect(user, 'text="Sign in"', '#consent-allow');
  }
  await connect(demo.users[0], 'text="Connect a workspace"', '#consent-deny');
  await manage(demo.users[0]);
  for (let call = 0; call < 12; call += 1) await token(machine, { grant_type: 'client_credentials' });
  // Mistakes that developers make.
  await token({ ...web, client_secret: 'a secret of long ago' }, { grant_type: 'client_credentials' });
  await token(machine, { grant_type: 'client_credentials', scope: 'contracts:everything' });
  await token(web, { grant_type: 'authorization_code', code: 'cs_ac_x', redirect_uri: web.redirect_uris[0] });
  const query = { response_type: 'code', client_id: open.client_id, redirect_uri: 'https://elsewhere.example/callback' };
  await fetch(`${demo.issuer}/oauth2/authorize?${form(query)}`, { redirect: 'manual' });
  const plain = { ...query, redirect_uri: open.redirect_uris[0], scope: 'openid' };
  await fetch(`${demo.issuer}/oauth2/authorize?${form(plain)}`, { redirect: 'manual' });
}
