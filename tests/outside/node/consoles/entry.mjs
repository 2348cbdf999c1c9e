// Signing up, signing out, devices, consent, and the error page.
import assert from 'node:assert/strict';
import { exchange, post, prepare, request, token } from '../lib/application.mjs';
import { heading, signIn } from '../lib/chromium.mjs';
import { arrive, enter, invite, newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { clientOf, demo } from '../lib/scenarios.mjs';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

/** An application of a developer who is not the person that is asked. */
async function application(more = {}) {
  const outside = await receiver();
  return prepare(await newPerson('Dora Maker'), { redirect: outside.callback, ...more });
}

const signedOut = async (page) => {
  await page.goto(`${demo.issuer}/account`);
  assert.equal(new URL(page.url()).pathname, '/login');
};

export const scenarios = (browse) => ({
  'somebody signs up, finds a workspace of their own, signs out and in again': () =>
    browse(async (page) => {
      const email = `new.${Date.now()}@example.org`;
      await page.goto(demo.issuer);
      await page.getByRole('link', { name: 'Create an account' }).click();
      await page.getByLabel('Your name').fill('Nora Neu');
      await page.getByLabel('Email address').fill(email);
      await page.getByLabel('Password').fill('four words as usual');
      await page.locator('#signup-submit').click();
      await page.locator('header').getByText(email).waitFor();
      await page.goto(`${demo.issuer}/workspaces`);
      assert.equal(await page.locator('.items li .badge').innerText(), 'Owner');
      await page.locator('#logout-submit').click();
      assert.equal(await heading(page), 'You are signed out');
      await signedOut(page);
      await enter(page, { email, password: 'four words as usual' });
      assert.equal(await page.getByLabel('Your name').inputValue(), 'Nora Neu');
    }),

  'an address that has an account keeps the name that was typed': () =>
    browse(async (page) => {
      const [{ email }] = demo.users;
      await page.goto(`${demo.issuer}/signup`);
      await page.getByLabel('Your name').fill('Ada again');
      await page.getByLabel('Email address').fill(email);
      await page.getByLabel('Password').fill('four words as usual');
      await page.locator('#signup-submit').click();
      await page.locator('[role=alert]').waitFor();
      assert.equal(await page.getByLabel('Your name').inputValue(), 'Ada again');
      assert.equal(await page.getByLabel('Email address').inputValue(), email);
      assert.equal(await page.getByLabel('Password').inputValue(), '', 'a password is not sent back');
    }),

  'a device gets tokens once its code is entered and allowed, and none when it is denied': async () => {
    const app = await application({ kind: 'native', grants: [DEVICE] });
    const person = await newPerson();
    const begin = async () => {
      const codes = await post(app, 'device_authorization', { scope: 'openid email' });
      assert.equal(codes.status, 200, JSON.stringify(codes));
      return codes;
    };
    const poll = (codes) => token(app, { grant_type: DEVICE, device_code: codes.device_code });
    await browse(async (page) => {
      await arrive(page, person);
      const first = await begin();
      await page.goto(first.verification_uri);
      await page.locator('#user_code').fill('WRNG-CDXX');
      await page.locator('#device-submit').click();
      await page.locator('[role=alert]').waitFor();
      assert.equal(await page.locator('#user_code').inputValue(), 'WRNG-CDXX');
      // As people type it.
      await page.locator('#user_code').fill(first.user_code.toLowerCase().replace('-', ' '));
      await page.locator('#device-submit').click();
      assert.match(await page.locator('#consent-device').innerText(), new RegExp(first.user_code));
      await page.locator('#consent-allow').click();
      assert.equal(await page.locator('#device-done').innerText(), 'You can go back to your device');
      const tokens = await poll(first);
      assert.ok(tokens.access_token && tokens.id_token, JSON.stringify(tokens));

      const second = await begin();
      await page.goto(second.verification_uri_complete);
      assert.match(await page.locator('#device-compare').innerText(), new RegExp(second.user_code));
      await page.locator('#device-submit').click();
      await page.locator('#consent-deny').click();
      assert.equal(await page.locator('#device-done').innerText(), 'Access denied');
      assert.equal((await poll(second)).error, 'access_denied');
    });
  },

  'what is unticked on the consent page is not in the token': async () => {
    const scopes = ['openid', 'email', 'contracts:read'];
    const app = await application({ scopes });
    const person = await newPerson();
    await browse(async (page) => {
      await arrive(page, person);
      const { url, verifier } = request(app);
      await page.goto(url);
      await page.locator('[id="scope-contracts:read"]').uncheck();
      await page.locator('#consent-allow').click();
      const tokens = await exchange(page, app, verifier);
      assert.deepEqual(tokens.scope.split(' ').sort(), ['email', 'openid']);
      // Asked again, only what is missing is new.
      await page.goto(request(app).url);
      const known = page.locator('label', { has: page.locator('#scope-email') });
      assert.match(await known.innerText(), /Allowed before/);
      const open = page.locator('label', { has: page.locator('[id="scope-contracts:read"]') });
      assert.doesNotMatch(await open.innerText(), /Allowed before/);
    });
  },

  'a workspace is found among many': async () => {
    const app = await application();
    const person = await newPerson();
    const hosts = [];
    for (const name of ['Alba', 'Bruno', 'Clara', 'Dario', 'Edda', 'Fritz', 'Greta', 'Hugo']) {
      const host = await newPerson(`${name} Host`);
      await invite(host, person);
      hosts.push(host);
    }
    const [wanted] = hosts.filter((host) => host.name === 'Greta Host');
    await browse(async (page, context, scripts) => {
      await arrive(page, person);
      const { url, verifier } = request(app);
      await page.goto(url);
      const choices = page.locator('#workspaces label');
      assert.equal(await choices.count(), 9);
      if (scripts) {
        await page.locator('#workspace-search').fill('greta');
        await page.locator('#workspaces label', { hasText: 'Alba' }).waitFor({ state: 'hidden' });
        assert.ok(await page.locator('#workspaces label', { hasText: 'Greta' }).isVisible());
        await page.locator('#workspace-search').fill('nobody at all');
        assert.ok(await page.locator('[data-none]', { hasText: 'No workspace has this name.' }).isVisible());
        await page.locator('#workspace-search').fill('greta');
        // Enter does not answer the page's question.
        await page.locator('#workspace-search').press('Enter');
      } else {
        // What is chosen already is kept by every search.
        await page.locator('#scope-email').uncheck();
        const search = async (name) => {
          await page.locator('#workspace-search').fill(name);
          await page.locator('#workspace-find').click();
          await page.locator(`#workspace-search[value="${name}"]`).waitFor();
          assert.equal(await page.locator('#scope-email').isChecked(), false);
        };
        await search('nobody at all');
        assert.equal(await page.locator('#workspaces-found').innerText(), 'No workspace has this name.');
        assert.equal(await choices.count(), 0);
        await search('BRUNO');
        await page.locator('#workspaces input').check();
        await search('greta');
        assert.deepEqual(await choices.locator('bdi').allInnerTexts(), ['Bruno Host\'s workspace', 'Greta Host\'s workspace'], 'what is chosen stays in sight');
      }
      await page.locator(`[id="workspace-${wanted.workspace}"]`).check();
      await page.locator('#consent-allow').click();
      const tokens = await exchange(page, app, verifier);
      const claims = JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url').toString());
      assert.equal(claims.tenant_id, wanted.workspace);
      const said = await post(app, 'introspect', { token: tokens.access_token });
      assert.deepEqual([said.active, said.sub, said.sub_type], [true, wanted.workspace, 'workspace'], JSON.stringify(said));
      assert.deepEqual(tokens.scope.split(' ').sort(), scripts ? ['email', 'openid'] : ['openid']);
    });
  },

  'an application that nobody vouches for looks different from one that is verified': async () => {
    const metadata = { client_name: 'Free Prizes', redirect_uris: ['http://127.0.0.1/callback'], application_type: 'native', token_endpoint_auth_method: 'none' };
    const registered = await fetch(`${demo.issuer}/oauth2/register`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(metadata),
    });
    assert.equal(registered.status, 201);
    const { client_id } = await registered.json();
    const unknown = { client_id, redirect: 'http://127.0.0.1/callback', scopes: ['openid'] };
    const web = clientOf('web');
    const verified = { client_id: web.client_id, redirect: web.redirect_uris[0], scopes: ['openid', 'email'] };
    const plain = await application();
    const person = await newPerson();
    await browse(async (page) => {
      await arrive(page, person);
      const seen = async (app) => {
        await page.goto(request(app).url);
        const marked = (await page.locator('.asks.unknown').count()) === 1;
        return { badge: await page.locator('.origin .badge').innerText(), marked, warned: await page.locator('p.warning').count() };
      };
      assert.deepEqual(await seen(verified), { badge: '✓ Verified', marked: false, warned: 0 });
      assert.deepEqual(await seen(plain), { badge: '○ Not verified', marked: false, warned: 0 });
      assert.deepEqual(await seen(unknown), { badge: '! Unknown developer', marked: true, warned: 1 });
    });
  },

  'whoever is signed in by mistake goes on with the same request as somebody else': async () => {
    const app = await application();
    const [mistaken, meant] = [await newPerson('Mona Mistake'), await newPerson()];
    await browse(async (page) => {
      await arrive(page, mistaken);
      const { url, verifier } = request(app, { login_hint: meant.email, sub_type: 'user' });
      await page.goto(url);
      assert.equal(await page.locator('#signed-in-as').innerText(), `Signed in as ${mistaken.email}`);
      assert.match(await page.locator('#account-expected').innerText(), new RegExp(`expected ${meant.email}`));
      await page.locator('#account-other').click();
      assert.equal(await page.locator('#username').inputValue(), meant.email);
      await signIn(page, meant);
      assert.equal(await page.locator('#signed-in-as').innerText(), `Signed in as ${meant.email}`);
      assert.equal(await page.locator('#account-expected').count(), 0);
      await page.locator('#consent-allow').click();
      const { access_token } = await exchange(page, app, verifier);
      const told = await fetch(`${demo.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${access_token}` } });
      assert.equal((await told.json()).email, meant.email);
      await page.goto(`${demo.issuer}/account/apps`);
      assert.equal(await page.getByText('Timesheets').count() > 0, true);
    });
    const connected = await mistaken.agent.open(`${demo.issuer}/account/apps`);
    assert.ok(!connected.text.includes('Timesheets'), 'nothing was allowed for whoever was signed in before');
  },

  'allowing and denying lead back to the application, and on to where it sends its people': async () => {
    const end = await receiver();
    const onward = await receiver({}, (url) => (url.pathname === '/callback' ? `${end.url}/welcome${url.search}` : undefined));
    const developer = await newPerson('Dora Maker');
    const sorts = [
      { kind: 'web', redirect: onward.callback, lands: `${end.url}/welcome` },
      { kind: 'native', redirect: 'http://127.0.0.1/callback', at: onward.callback, lands: `${end.url}/welcome` },
    ];
    const person = await newPerson();
    for (const { lands, at: asked, ...sort } of sorts) {
      const app = await prepare(developer, sort);
      await browse(async (page) => {
        // From the sign-in on: the policy of each page on the way holds the whole chain.
        const press = async (button) => {
          await page.locator(button).click();
          await page.waitForURL((there) => there.href.startsWith(lands));
          return new URL(page.url()).searchParams;
        };
        const more = { prompt: 'consent', ...(asked && { redirect_uri: asked }) };
        await page.goto(request(app, more).url);
        await signIn(page, person);
        assert.ok((await press('#consent-allow')).get('code'), app.redirect);
        await page.goto(request(app, more).url);
        assert.equal((await press('#consent-deny')).get('error'), 'access_denied', app.redirect);
        await page.goto(`${demo.issuer}/account`);
        if (sort.kind === 'web') {
          // What was allowed before is answered right after the sign-in.
          await page.goto(request(app, { ...more, prompt: 'login', sub_type: 'user' }).url);
          await signIn(page, person);
          assert.ok((await press('#consent-allow')).get('code'), app.redirect);
          await page.goto(request(app, { ...more, prompt: 'login', sub_type: 'user' }).url);
          await page.locator('#username').fill(person.email);
          await page.locator('#password').fill(person.password);
          assert.ok((await press('#login-submit')).get('code'), app.redirect);
        }
      });
    }
  },

  'an error page names the request and goes nowhere else': async () => {
    const outside = await receiver();
    await browse(async (page) => {
      const strangers = [];
      page.on('request', (sent) => sent.url().startsWith(demo.issuer) || strangers.push(sent.url()));
      const app = { client_id: clientOf('public').client_id, redirect: `${outside.callback}/elsewhere`, scopes: ['openid'] };
      const answer = await page.goto(request(app).url);
      assert.equal(answer.status(), 400);
      assert.equal(await page.locator('#request-id').innerText(), answer.headers()['x-request-id']);
      assert.ok(await page.locator('#error-description').innerText());
      const links = await page.locator('a[href], form[action]').evaluateAll((all) => all.map((one) => one.href ?? one.action));
      assert.deepEqual(links.filter((link) => !link.startsWith(demo.issuer)), []);
      assert.deepEqual([strangers, outside.received], [[], []]);
    });
  },
});
