// What a page of somebody else tries.
import assert from 'node:assert/strict';
import { prepare, request } from '../lib/application.mjs';
import { signIn } from '../lib/chromium.mjs';
import { arrive, at, enter, newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { demo } from '../lib/scenarios.mjs';

const page = (body) => `<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,">${body}`;
const form = (action, fields) => page(
  `<form method="post" action="${action}">${fields.map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join('')}<button id="go">Win a prize</button></form>`,
);



export const scenarios = (browse) => ({
  'no page of somebody else can frame the consent page or a console': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { redirect: outside.callback });
    const person = await newPerson();
    const targets = [request(app).url, `${demo.issuer}/account`, at(person, '/members')];
    const thief = await receiver({ '/frame': page(targets.map((url) => `<iframe src="${url.replaceAll('&', '&amp;')}"></iframe>`).join('')) });
    // Of another site, and of the same one.
    for (const host of ['127.0.0.1', 'localhost']) {
      await browse(
        async (tab, context) => {
          await arrive(tab, person);
          const answered = [];
          context.on('response', (response) => response.url().startsWith(demo.issuer) && answered.push(response));
          await tab.goto(`${thief.url.replace('127.0.0.1', host)}/frame`);
          assert.ok(answered.length >= targets.length, 'the frames were asked for');
          for (const response of answered) {
            const headers = response.headers();
            assert.equal(headers['x-frame-options'], 'DENY', response.url());
            assert.match(headers['content-security-policy'], /frame-ancestors 'none'/, response.url());
          }
          const frames = tab.frames().filter((frame) => frame !== tab.mainFrame());
          assert.equal(frames.length, targets.length);
          for (const frame of frames) await frame.waitForURL(/^chrome-error:/);
        },
        { complaints: /frame-ancestors|X-Frame-Options|Framing/i },
      );
    }
  },

  'a form of somebody else’s page changes nothing': async () => {
    const person = await newPerson('Mira Novak');
    const app = await prepare(person, { kind: 'machine', scopes: ['contracts:read'] });
    const targets = {
      '/name': [`${demo.issuer}/account`, [['name', 'Stolen'], ['csrf', 'x']]],
      '/delete': [at(person, `/applications/${app.client_id}/delete`), []],
      '/invite': [at(person, '/invitations'), [['role', 'owner'], ['lifetime', '7'], ['csrf', '']]],
      '/out': [`${demo.issuer}/logout`, []],
    };
    const thief = await receiver(Object.fromEntries(Object.entries(targets).map(([path, [action, fields]]) => [path, form(action, fields)])));
    for (const host of ['127.0.0.1', 'localhost']) {
      await browse(async (tab) => {
        await arrive(tab, person);
        for (const path of Object.keys(targets)) {
          await tab.goto(`${thief.url.replace('127.0.0.1', host)}${path}`);
          const answer = tab.waitForResponse((response) => response.request().method() === 'POST');
          await tab.locator('#go').click();
          assert.ok([400, 401, 403].includes((await answer).status()), `${host}${path}`);
          assert.match(await tab.locator('#error-description').innerText(), /session has ended|not sent from a page of this server/);
        }
        await tab.goto(`${demo.issuer}/account`);
        assert.equal(await tab.locator('#name').inputValue(), 'Mira Novak', 'still signed in, with the same name');
        await tab.goto(at(person, '/invitations'));
        assert.ok(await tab.getByText('No invitation is open').isVisible());
        assert.equal((await tab.goto(at(person, `/applications/${app.client_id}`))).status(), 200);
      });
    }
  },

  'signing in leads to no other place than a page of this server': async () => {
    const thief = await receiver();
    const person = await newPerson();
    const host = new URL(thief.url).host;
    await browse(async (tab) => {
      for (const wanted of [thief.url, `//${host}/`, `/\\${host}/`, `${demo.issuer}@${host}/`, `/account/..//${host}`, 'javascript:alert(1)']) {
        await tab.goto(`${demo.issuer}/login?return_to=${encodeURIComponent(wanted)}`);
        await signIn(tab, person);
        await tab.locator('#profile-save').waitFor();
        assert.equal(tab.url(), `${demo.issuer}/account`, wanted);
      }
    });
    assert.deepEqual(thief.received, []);
  },

  'a session that somebody planted is worth nothing after signing in': () =>
    browse(async (tab, context) => {
      const [thief, person] = [await newPerson('Theo Thief'), await newPerson()];
      await arrive(tab, thief);
      const planted = await context.cookies(demo.issuer);
      await enter(tab, person);
      const now = await context.cookies(demo.issuer);
      const session = (cookies) => cookies.find(({ name }) => /ses/.test(name)).value;
      assert.notEqual(session(now), session(planted));
      await tab.goto(`${demo.issuer}/account`);
      assert.ok(await tab.locator('header').getByText(person.email).isVisible());
      const theirs = await thief.agent.open(`${demo.issuer}/account`);
      assert.ok(!theirs.text.includes(person.email));
    }),

  'names with markup are shown as they are, and marks that turn the text are refused': () =>
    browse(async (tab) => {
      const person = await newPerson('<img src=x onerror=alert(1)>');
      const name = '<b>Bank</b> \u202Egnp.exe';
      const app = await prepare(person, { kind: 'machine', name: '<script>alert(1)</script>', scopes: ['contracts:read'] });
      await arrive(tab, person);
      tab.on('dialog', () => assert.fail('a script of a name ran'));
      await tab.goto(at(person, `/applications/${app.client_id}`));
      assert.equal(await tab.locator('h1').innerText(), '<script>alert(1)</script>');
      await tab.goto(at(person, '/members'));
      assert.equal(await tab.locator('tbody th bdi').first().innerText(), '<img src=x onerror=alert(1)>');
      await tab.goto(at(person, '/api-keys/new'));
      await tab.locator('#name').fill(name);
      await tab.getByRole('radio', { name: /^Member/ }).check();
      await tab.locator('input[name=scopes][value="clients:read"]').check();
      await tab.locator('#make-key').click();
      assert.match(await tab.locator('[role=alert]').innerText(), /invisible characters/);
      assert.equal(await tab.locator('#name').inputValue(), name, 'kept, to be mended');
      assert.equal(await tab.locator('main b').count(), 0);
    }),
});
