// The developer console.
import assert from 'node:assert/strict';
import { active, connect, create, exchange, made, pageOf, prepare, request, tick, token } from '../lib/application.mjs';
import { heading } from '../lib/chromium.mjs';
import { arrive, at, newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { demo } from '../lib/scenarios.mjs';

const MACHINE = { grant_type: 'client_credentials' };
const notice = (page) => page.locator('[role=status].notice').innerText();

/** A developer at a browser. */
const developing = (browse, steps, options) =>
  browse(async (page, context, scripts) => {
    const person = await newPerson('Dora Maker');
    await arrive(page, person);
    await steps(page, person, { context, scripts, outside: await receiver() });
  }, options);

const kinds = {
  web: { secret: true, line: 'With a server' },
  spa: { secret: false, line: 'In a browser or on a device' },
  native: { secret: false, line: 'In a browser or on a device', redirect: 'com.example.app:/callback' },
  machine: { secret: true, line: 'Machine to machine', scopes: ['contracts:read'] },
  agent: { secret: false, line: 'In a browser or on a device', redirect: 'http://localhost/callback' },
};

const creations = (browse) =>
  Object.entries(kinds).map(([kind, { secret, line, scopes, redirect }]) => [
    `an application of the kind “${kind}” is created by its steps, and works`,
    () =>
      developing(browse, async (page, person, { outside }) => {
        const name = `Mine of ${kind}`;
        const redirects = kind === 'machine' ? undefined : (redirect ?? outside.callback);
        const app = await create(page, person, { kind, name, redirect: redirects, scopes });
        assert.equal(Boolean(app.client_secret), secret);
        await page.locator('#made-open').click();
        assert.equal(await heading(page), name);
        if (secret) assert.doesNotMatch(await page.content(), new RegExp(app.client_secret), 'it is shown once');
        await page.goto(at(person, `/applications?q=${encodeURIComponent(name)}`));
        assert.match(await page.getByRole('row', { name: new RegExp(name) }).innerText(), new RegExp(line));
        if (kind === 'machine') {
          assert.equal((await token(app, MACHINE)).scope, 'contracts:read');
        } else if (!redirect) {
          assert.ok((await connect(page, app)).access_token);
        } else {
          await page.goto(request(app).url);
          assert.equal(await page.locator('#consent-allow').count(), 1);
        }
      }),
  ]);

export const scenarios = (browse) => ({
  ...Object.fromEntries(creations(browse)),

  'the steps of a new application keep what was chosen, by their own button and the browser’s': () =>
    developing(browse, async (page, person, { outside }) => {
      await page.goto(at(person, '/applications/new'));
      await page.locator('#kind-native').check();
      await page.locator('#new-next').click();
      await page.locator('#client_name').fill('Field notes');
      await page.locator('#description').fill('Takes notes\nin the field');
      await page.locator('#redirect_uris').fill('javascript:alert(1)');
      await page.locator('#new-next').click();
      assert.equal(await page.locator('#redirect_uris').getAttribute('aria-invalid'), 'true');
      assert.equal(await page.locator('#redirect_uris').inputValue(), 'javascript:alert(1)');
      assert.equal(await page.locator('#client_name').inputValue(), 'Field notes');
      await page.locator('#redirect_uris').fill('com.example.notes:/callback');
      await page.locator('#new-next').click();
      await tick(page, 'scope', ['openid', 'contracts:read']);
      await page.locator('#new-next').click();
      assert.equal(await heading(page), 'Is this right?');

      await page.locator('#new-back').click();
      assert.ok(await page.locator('[id="scope-contracts:read"]').isChecked());
      assert.equal(await page.locator('#scope-email').isChecked(), false);
      await page.locator('#new-back').click();
      assert.equal(await page.locator('#client_name').inputValue(), 'Field notes');
      await page.locator('#new-back').click();
      assert.ok(await page.locator('#kind-native').isChecked());

      await page.goBack();
      assert.equal(await page.locator('#description').inputValue(), 'Takes notes\nin the field');
      await page.locator('#new-next').click();
      assert.ok(await page.locator('[id="scope-contracts:read"]').isChecked());
      await page.locator('#new-next').click();
      const review = await page.locator('dl.facts').innerText();
      for (const part of ['Field notes', 'com.example.notes:/callback', 'in the field']) assert.ok(review.includes(part), review);
      await page.locator('#new-create').click();
      assert.equal((await made(page)).client_secret, undefined);
    }),

  'a second secret works beside the first, which is then ended and refused': () =>
    developing(browse, async (page, person) => {
      const app = await prepare(person, { kind: 'machine', scopes: ['contracts:read'] });
      await page.goto(pageOf(person, app, '/secrets'));
      await page.locator('#secret-add').click();
      const second = { ...app, client_secret: (await page.locator('#client-secret').innerText()).trim() };
      assert.notEqual(second.client_secret, app.client_secret);
      for (const each of [app, second]) assert.ok((await token(each, MACHINE)).access_token);
      await page.goto(pageOf(person, app, '/secrets'));
      assert.equal(await page.locator('#client-secret').count(), 0, 'it is shown once');
      assert.equal(await page.locator('tbody tr').count(), 2);
      assert.equal(await page.locator('#secret-add').count(), 0, 'two are enough');
      const hint = app.client_secret.slice(-4);
      await page.getByRole('link', { name: `End the secret …${hint}` }).click();
      assert.equal((await token(app, MACHINE)).status, 200, 'asking ends nothing');
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The secret was ended.');
      const refused = await token(app, MACHINE);
      assert.deepEqual([refused.status, refused.error], [401, 'invalid_client']);
      assert.ok((await token(second, MACHINE)).access_token);
    }),

  'a wrong redirect URI in the settings loses nothing of what was typed': () =>
    developing(browse, async (page, person, { outside }) => {
      const app = await prepare(person, { redirect: outside.callback });
      await page.goto(pageOf(person, app, '/settings'));
      const typed = {
        client_name: 'Timesheets & more', description: 'Counts hours', client_uri: 'https://times.example/',
        tos_uri: 'https://times.example/terms', redirect_uris: `${outside.callback}\nhttp://elsewhere.example/callback`,
        access_token_lifetime_seconds: '600',
      };
      for (const [name, value] of Object.entries(typed)) await page.locator(`#${name}`).fill(value);
      await page.locator('#access_token_format').selectOption('jwt');
      await tick(page, 'scope', ['openid', 'profile']);
      await page.locator('#settings-save').click();
      assert.ok(await page.locator('[role=alert]').innerText());
      assert.equal(await page.locator('#redirect_uris').getAttribute('aria-invalid'), 'true');
      for (const [name, value] of Object.entries(typed)) assert.equal(await page.locator(`#${name}`).inputValue(), value, name);
      assert.equal(await page.locator('#access_token_format').inputValue(), 'jwt');
      assert.equal(await page.locator('#scope-email').isChecked(), false);
      await page.locator('#redirect_uris').fill(outside.callback);
      await page.locator('#settings-save').click();
      assert.equal(await notice(page), 'Saved.');
      const answer = await connect(page, { ...app, scopes: ['openid', 'profile'] });
      assert.equal(answer.expires_in, 600);
      assert.equal(answer.access_token.split('.').length, 3, 'a JWT');
    }),

  'a sign-in is tried from the page, and its answer is checked': () =>
    developing(browse, async (page, person, { context, outside }) => {
      const app = await prepare(person, { redirect: outside.callback });
      await page.goto(pageOf(person, app, '/test'));
      await page.locator('#test-build').click();
      const verifier = await page.locator('#test-verifier').textContent();
      const opened = context.waitForEvent('page');
      await page.locator('#test-open').click();
      const tab = await opened;
      await tab.locator('#consent-allow').click();
      await tab.waitForURL((url) => url.href.startsWith(outside.callback));
      const back = tab.url();
      await page.locator('#back').fill(`${back}x`.replace('state=', 'state=not'));
      await page.locator('#test-check').click();
      assert.equal(await page.locator('.checks .failed').count(), 1, await page.locator('.checks').innerText());
      // What was pasted badly is pasted again; the request is still the same.
      await page.locator('#back').fill(back);
      await page.locator('#test-check').click();
      assert.equal(await page.locator('.checks .passed').count(), 5);
      assert.match(await page.locator('#test-curl').innerText(), new RegExp(verifier));
      assert.ok((await exchange(tab, app, verifier)).access_token);
    }),

  'a person’s access is revoked by the developer': async () => {
    const guest = await newPerson('Gil Guest');
    await developing(browse, async (page, person, { outside }) => {
      const app = await prepare(person, { redirect: outside.callback, scopes: ['openid', 'profile', 'email'] });
      const held = await browse(async (theirs) => {
        await arrive(theirs, guest);
        return connect(theirs, app);
      });
      await page.goto(pageOf(person, app, '/users'));
      assert.equal(await page.locator('#users-count').innerText(), 'One person');
      await page.getByRole('link', { name: 'Revoke the access of Gil Guest' }).click();
      assert.equal(await active(app, held.access_token), true, 'asking ends nothing');
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The person’s access was revoked.');
      assert.ok(await page.getByText('Nobody yet').isVisible());
      assert.equal(await active(app, held.access_token), false);
    });
  },

  'activity is told for 7, 30 and 90 days': () =>
    developing(browse, async (page, person) => {
      const app = await prepare(person, { kind: 'machine', scopes: ['contracts:read'] });
      await page.goto(pageOf(person, app, '/activity'));
      assert.ok(await page.getByText('Nothing happened').isVisible());
      for (let call = 0; call < 3; call += 1) await token(app, MACHINE);
      await page.reload();
      for (const days of [7, 30, 90]) {
        await page.getByRole('link', { name: `${days} days` }).click();
        assert.equal(await page.locator('.tabs [aria-current=page]').last().innerText(), `${days} days`);
        assert.equal(await page.locator('#total-requests').innerText(), '3 in all');
        assert.equal(await page.locator('svg.chart').first().locator('rect').count(), 1, 'a bar for today');
        await page.locator('summary', { hasText: 'The same as a table' }).click();
        assert.equal(await page.locator('details tbody tr').count(), days);
      }
    }),

  'a failed request is explained: the check that failed, and what to change': () =>
    developing(browse, async (page, person, { outside }) => {
      const app = await prepare(person, { redirect: outside.callback });
      const wrong = request(app, { redirect_uri: `${outside.callback}/wrong` });
      assert.equal((await fetch(wrong.url, { redirect: 'manual' })).status, 400);
      await token({ ...app, client_secret: 'of long ago' }, { grant_type: 'authorization_code', code: 'x' });
      await page.goto(pageOf(person, app, '/failures'));
      const failed = page.locator('article');
      assert.equal(await failed.count(), 2);
      const [newest, older] = [failed.nth(0), failed.nth(1)];
      assert.match(await newest.locator('.checks .failed').innerText(), /secret/i);
      await older.locator('summary').click();
      assert.match(await older.locator('.checks .failed').innerText(), /redirect/i);
      assert.ok(await older.locator('.checks .passed').count());
      assert.ok(await older.locator('.checks .unreached').count());
      assert.match(await older.innerText(), /What to change:/);
      assert.ok((await older.innerText()).includes(`${outside.callback}/wrong`));
    }),

  'the code that connects a program is copied': () =>
    developing(
      browse,
      async (page, person, { scripts, outside }) => {
        const app = await prepare(person, { redirect: outside.callback });
        await page.goto(pageOf(person, app));
        const code = (await page.locator('#snippet-curl').textContent()).trim();
        assert.ok(code.includes(app.client_id) && code.includes(demo.issuer));
        const button = page.locator('[data-copy=snippet-curl]');
        if (scripts) {
          await button.click();
          await page.locator('[data-copy=snippet-curl]', { hasText: 'Copied' }).waitFor();
          assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);
        } else {
          assert.equal(await button.isVisible(), false, 'no button that does nothing');
        }
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    ),
});
