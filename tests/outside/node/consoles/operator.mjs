// What whoever runs the server does.
import assert from 'node:assert/strict';
import { active, connect, prepare, request } from '../lib/application.mjs';
import { heading, signIn } from '../lib/chromium.mjs';
import { arrive, enter, newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { demo } from '../lib/scenarios.mjs';

const [ada] = demo.users;
const notice = (page) => page.locator('[role=status].notice').innerText();
const operating = (browse, steps) =>
  browse(async (page) => {
    await enter(page, ada);
    await steps(page);
  });

const header = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url').toString());
const jwks = async () => (await (await fetch(`${demo.issuer}/oauth2/jwks`)).json()).keys;

/** Whether a JWT is signed by one of the published keys. */
async function verifies(jwt) {
  const [head, payload, signature] = jwt.split('.');
  const jwk = (await jwks()).find(({ kid }) => kid === header(jwt).kid);
  assert.ok(jwk, 'its key is not published');
  const ways = {
    RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
    EdDSA: { name: 'Ed25519' },
  };
  const way = ways[header(jwt).alg];
  const key = await crypto.subtle.importKey('jwk', jwk, way, false, ['verify']);
  return crypto.subtle.verify(way, key, Buffer.from(signature, 'base64url'), Buffer.from(`${head}.${payload}`));
}

export const scenarios = (browse) => ({
  'an account is disabled, which signs the person out, and enabled again': async () => {
    const person = await newPerson('Sven Suspect');
    await browse(async (theirs) => {
      await enter(theirs, person);
      await operating(browse, async (page) => {
        await page.goto(`${demo.issuer}/operator/users`);
        await page.getByLabel('Name or email address').fill(person.email);
        await page.locator('#search').click();
        await page.getByRole('link', { name: 'Sven Suspect' }).click();
        await page.locator('#user-disable').click();
        assert.equal(await heading(page), 'Disable Sven Suspect?');
        await page.locator('#confirm').click();
        assert.equal(await notice(page), 'The account is disabled.');

        await theirs.goto(`${demo.issuer}/account`);
        await signIn(theirs, person);
        assert.ok(await theirs.locator('[role=alert]').innerText());

        await page.locator('#user-enable').click();
        await page.locator('#confirm').click();
        assert.equal(await notice(page), 'The account is enabled.');
        await signIn(theirs, person);
        await theirs.locator('#profile-save').waitFor();
      });
    });
  },

  'the trust in a client is changed, and people see it when it asks': async () => {
    const outside = await receiver();
    const name = `Invoices ${Date.now()}`;
    const app = await prepare(await newPerson('Dora Maker'), { name, redirect: outside.callback });
    await browse(async (theirs) => {
      await arrive(theirs, await newPerson());
      const badge = async () => {
        await theirs.goto(request(app).url);
        return theirs.locator('.origin .badge').innerText();
      };
      assert.equal(await badge(), '○ Not verified');
      await operating(browse, async (page) => {
        await page.goto(`${demo.issuer}/operator/clients`);
        await page.getByRole('searchbox', { name: 'Name' }).fill(name);
        await page.locator('#search').click();
        await page.getByRole('link', { name }).click();
        for (const [value, shown] of [['verified', '✓ Verified'], ['first-party', '★ From Countersign'], ['unverified', '○ Not verified']]) {
          await page.locator(`input[name=trust][value^="${value.slice(0, 5)}"]`).check();
          await page.locator('#client-trust').click();
          await page.locator('#confirm').click();
          assert.equal(await notice(page), 'The trust was changed.');
          if (value !== 'first-party') assert.equal(await badge(), shown);
          assert.equal(await page.locator('.origin .badge').first().innerText(), shown);
        }
      });
    });
  },

  'a client is disabled, which stops its tokens, and enabled again': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { redirect: outside.callback });
    await browse(async (theirs) => {
      await arrive(theirs, await newPerson());
      const held = await connect(theirs, app);
      await operating(browse, async (page) => {
        await page.goto(`${demo.issuer}/operator/clients/${app.client_id}`);
        await page.locator('#client-disable').click();
        await page.locator('#confirm').click();
        assert.equal(await notice(page), 'The client is disabled.');
        await theirs.goto(request(app).url);
        assert.equal(await heading(theirs), 'That did not work');
        await page.locator('#client-enable').click();
        await page.locator('#confirm').click();
        assert.equal(await notice(page), 'The client is enabled.');
        assert.equal(await active(app, held.access_token), true);
      });
    });
  },

  'the signing keys are rotated: old tokens verify, and new ones are signed with the new key': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { redirect: outside.callback });
    await browse(async (theirs) => {
      await arrive(theirs, await newPerson());
      const { id_token: before } = await connect(theirs, app);
      assert.ok(await verifies(before));
      await operating(browse, async (page) => {
        await page.goto(`${demo.issuer}/operator/keys`);
        await page.locator('#keys-rotate').click();
        await page.locator('#confirm').click();
        assert.equal(await notice(page), 'The keys were rotated.');
        const { id_token: after } = await connect(theirs, app, { prompt: 'consent' });
        assert.notEqual(header(after).kid, header(before).kid);
        assert.ok(await verifies(after));
        assert.ok(await verifies(before), 'the old key is still published');
        const state = async (jwt) => (await page.getByRole('row', { name: header(jwt).kid }).innerText()).replaceAll(/\s+/g, ' ');
        assert.match(await state(before), /Verifies/);
        assert.match(await state(after), /Signs/);
      });
    });
  },

  'health and settings are told as they are': () =>
    operating(browse, async (page) => {
      await page.goto(`${demo.issuer}/operator`);
      assert.match(await page.locator('section', { hasText: 'Schema version' }).innerText(), /Good/);
      assert.match(await page.locator('section', { hasText: 'Database answers in' }).locator('.figure').innerText(), /\d ms/);
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByLabel('Name or value').fill('issuer');
      await page.locator('#search').click();
      const row = page.getByRole('row', { name: /issuer/ }).first();
      assert.ok((await row.innerText()).includes(demo.issuer));
      await page.getByLabel('Name or value').fill('no such setting');
      await page.locator('#search').click();
      assert.ok(await page.locator('#nothing').isVisible());
      await page.getByRole('link', { name: 'show all' }).click();
      assert.ok((await page.locator('tbody tr').count()) > 20);
    }),

  'nobody else opens the pages of the operator': () =>
    browse(async (page) => {
      await arrive(page, await newPerson());
      for (const path of ['', '/users', '/clients', '/keys', '/settings', '/audit', '/webhooks']) {
        assert.equal((await page.goto(`${demo.issuer}/operator${path}`)).status(), 403, path);
      }
    }),
});
