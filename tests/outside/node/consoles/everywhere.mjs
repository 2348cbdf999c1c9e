// What holds on every page: cancelling, going back, input that is kept, and languages.
import assert from 'node:assert/strict';
import { prepare, pageOf, request } from '../lib/application.mjs';
import { violations } from '../lib/axe.mjs';
import { heading } from '../lib/chromium.mjs';
import { arrive, at, enter, newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { demo } from '../lib/scenarios.mjs';

const notice = (page) => page.locator('[role=status].notice').innerText();
const language = (page) => page.locator('html').getAttribute('lang');

export const scenarios = (browse) => ({
  'every question can be answered with “Cancel”, which leads back and ends nothing': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      const app = await prepare(person, { kind: 'machine', scopes: ['contracts:read'] });
      const key = await person.agent.open(at(person, '/api-keys/new'));
      await person.agent.submit(key, 'make-key', { name: 'Kept key', roles: 'member', scopes: 'clients:read' });
      const token = await person.agent.open(`${demo.issuer}/account/tokens/new`);
      await person.agent.submit(token, 'token-create', { name: 'Kept token', scopes: 'clients:read' });
      const questions = [
        [`${demo.issuer}/account/tokens`, 'Revoke: Kept token'],
        [at(person, '/api-keys'), 'Revoke Kept key'],
        [pageOf(person, app, '/secrets'), 'End the secret …'],
      ];
      for (const [url, link] of questions) {
        await page.goto(url);
        const before = await page.locator('main tbody').innerText();
        await page.getByRole('link', { name: link }).click();
        await page.locator('#confirm').waitFor();
        await page.getByRole('link', { name: 'Cancel' }).click();
        assert.equal(page.url(), url);
        assert.equal(await page.locator('main tbody').innerText(), before);
        assert.equal(await page.locator('.notice').count(), 0, 'nothing is said to be done');
      }
      // The last tab of an application is a question itself.
      await page.goto(pageOf(person, app));
      await page.getByRole('link', { name: 'Delete', exact: true }).click();
      await page.getByRole('link', { name: 'Cancel' }).click();
      assert.equal(page.url(), pageOf(person, app));
    }),

  'an application is deleted, and the back button does not bring it back': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      const app = await prepare(person, { kind: 'machine', name: 'Short lived', scopes: ['contracts:read'] });
      await page.goto(pageOf(person, app));
      await page.getByRole('link', { name: 'Delete', exact: true }).click();
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The application was deleted.');
      await page.goBack();
      assert.equal((await page.reload()).status(), 404);
      assert.equal(await heading(page), 'That did not work');
      assert.equal(await page.locator('#error-code').innerText(), 'not_found');
    }),

  'going back after a form was sent shows a page, and sends nothing again': () =>
    browse(async (page) => {
      const person = await newPerson('Mira Novak');
      await arrive(page, person);
      const posts = [];
      page.on('request', (sent) => sent.method() === 'POST' && posts.push(sent.url()));
      await page.goto(`${demo.issuer}/account/security`);
      await page.goto(`${demo.issuer}/account`);
      await page.getByLabel('Your name').fill('Mira Nov');
      await page.locator('#profile-save').click();
      assert.equal(await notice(page), 'Saved.');
      await page.reload();
      assert.equal(await page.getByLabel('Your name').inputValue(), 'Mira Nov');
      await page.goBack();
      assert.equal(new URL(page.url()).pathname, '/account');
      await page.goBack();
      assert.equal(new URL(page.url()).pathname, '/account/security');
      await page.goForward();
      assert.equal(posts.length, 1);
      // The form of the page that was gone back to still works, once for each click.
      await page.getByLabel('Your name').fill('Mira N.');
      await page.locator('#profile-save').click();
      assert.equal(await notice(page), 'Saved.');
      assert.equal(posts.length, 2);
    }),

  'going back to a mistake sends nothing again': () =>
    browse(async (page, context) => {
      await arrive(page, await newPerson());
      await page.goto(`${demo.issuer}/account`);
      await page.getByLabel('Time zone').fill('Mars/Olympus');
      await page.locator('#profile-save').click();
      await page.locator('[role=alert]').waitFor();
      await page.getByLabel('Time zone').fill('Europe/Berlin');
      await page.locator('#profile-save').click();
      assert.equal(await notice(page), 'Saved.');
      // The refused page as it was, which nothing is sent for; then the form, with what is saved by now.
      await context.setOffline(true);
      await page.goBack();
      assert.equal(await page.getByLabel('Time zone').inputValue(), 'Mars/Olympus');
      assert.equal(await page.locator('[role=alert]').count(), 1);
      await context.setOffline(false);
      await page.goBack();
      assert.equal(await page.locator('[role=alert]').count(), 0);
      assert.equal(await page.getByLabel('Time zone').inputValue(), 'Europe/Berlin');
      await page.goForward();
      // Whoever signs out does not leave it behind.
      await page.locator('#logout-submit').click();
      assert.equal(await heading(page), 'You are signed out');
      await page.goBack().catch((error) => assert.match(error.message, /ERR_CACHE_MISS/));
      assert.equal(await page.getByLabel('Time zone').count(), 0);
    }),

  'after signing out, the back button shows nothing of the account, and the address of a form tells what it is': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      await page.goto(`${demo.issuer}/account/security`);
      await page.locator('#logout-submit').click();
      assert.equal(await heading(page), 'You are signed out');
      await page.goBack();
      assert.equal(new URL(page.url()).pathname, '/login');
      assert.doesNotMatch(await page.content(), new RegExp(person.email));
      const answer = await page.goto(`${demo.issuer}/logout`);
      assert.equal(answer.status(), 405);
      assert.match(await page.locator('#error-description').innerText(), /only takes what a form sends/);
    }),

  'what was typed is still there after the session has ended, or somebody else has signed in': () =>
    browse(async (page, context) => {
      const [person, guest] = [await newPerson(), await newPerson()];
      await arrive(page, person);
      for (const [path, field, button] of [
        ['/account/tokens/new', '#name', '#token-create'],
        [at(person, '/invitations/new').replace(demo.issuer, ''), '#email', '#invite'],
        [at(person, '/webhooks/new').replace(demo.issuer, ''), '#url', '#make-webhook'],
      ]) {
        const typed = field === '#email' ? 'kept@example.com' : 'https://kept.example/here';
        await page.goto(`${demo.issuer}${path}`);
        await page.locator(field).fill(typed);
        await context.clearCookies({ name: /ses/ });
        if (field === '#url') await page.locator('main input[type=checkbox]').first().check();
        await page.locator(button).click();
        assert.match(await page.locator('#error-description').innerText(), /what you typed is still there/);
        const other = await context.newPage();
        await enter(other, person);
        await page.goBack();
        assert.equal(await page.locator(field).inputValue(), typed, path);
        // The page came anew, for whoever is signed in now.
        await enter(other, guest);
        await page.locator(button).click();
        assert.match(await page.locator('#error-description').innerText(), /^(Somebody else was signed in|You do not belong)/);
        await enter(other, person);
        await other.close();
        await page.goBack();
        assert.equal(await page.locator(field).inputValue(), typed, path);
      }
    }),

  'a form that is sent after the session has ended loses nothing': () =>
    browse(async (page, context) => {
      const person = await newPerson();
      await arrive(page, person);
      await page.goto(at(person, '/applications/new/review?kind=machine&client_name=Kept%20job&chosen=1&scope=contracts:read'));
      await context.clearCookies({ name: /ses/ });
      await page.locator('#new-create').click();
      assert.match(await page.locator('#error-description').innerText(), /what you typed is still there/);
      const other = await context.newPage();
      await enter(other, person);
      await page.goBack();
      assert.match(await page.locator('dl.facts').innerText(), /Kept job/);
      await page.locator('#new-create').click();
      assert.ok(await page.locator('#client-id').innerText());
    }),

  'a form is sent once, however often its button is pressed': () =>
    browse(async (page, context, scripts) => {
      const person = await newPerson();
      await arrive(page, person);
      await page.goto(at(person, '/api-keys/new'));
      await page.getByRole('textbox', { name: 'Name' }).fill('One and only');
      await page.getByRole('radio', { name: /^Member/ }).check();
      await page.locator('input[name=scopes][value="clients:read"]').check();
      // Without scripts a browser ends the first request for the second: there is nothing to count.
      await page.locator('#make-key').click({ clickCount: scripts ? 2 : 1 });
      await page.locator('#secret').waitFor();
      await page.goto(at(person, '/api-keys'));
      assert.equal(await page.getByRole('row', { name: /One and only/ }).count(), 1);
    }),

  'a form that takes long says so where there are scripts, and is not sent again meanwhile': () =>
    browse(async (page, context, scripts) => {
      const person = await newPerson();
      await arrive(page, person);
      await page.goto(`${demo.issuer}/account`);
      const told = [];
      let answer;
      // The answer is held back until the page has told of it; without scripts nothing will.
      const held = scripts ? new Promise((resolve) => { answer = resolve; }) : undefined;
      let sent = 0;
      await page.route(`${demo.issuer}/account`, async (route) => {
        if (route.request().method() === 'POST') {
          sent += 1;
          await held;
        }
        await route.continue();
      });
      if (scripts) {
        await page.exposeFunction('tell', (text, busy) => { told.push([text, busy]); answer(); });
        await page.evaluate(() => {
          const [place, button] = ['busy', 'profile-save'].map((id) => document.getElementById(id));
          new MutationObserver(() => {
            button.click();
            globalThis.tell(place.textContent, button.getAttribute('aria-busy'));
          }).observe(place, { childList: true });
        });
      }
      await page.locator('#name').fill('Patient Person');
      await page.locator('#profile-save').click({ noWaitAfter: true });
      await page.locator('.notice').waitFor();
      assert.deepEqual(told.slice(0, 1), scripts ? [['One moment …', 'true']] : []);
      assert.equal(sent, 1, 'once in all');
      assert.equal(await page.locator('#busy').innerText(), '');
      assert.equal(await page.locator('#profile-save').getAttribute('aria-busy'), null);
    }),

  'pages that only forms lead to are accessible': async () => {
    const outside = await receiver();
    await browse(async (page, context, scripts) => {
      const person = await newPerson();
      await arrive(page, person);
      const app = await prepare(person, { redirect: outside.callback });
      const found = [];
      const look = async (url, ids, proof) => {
        await page.goto(url);
        for (const id of ids) await page.locator(id).click();
        await page.locator(proof).waitFor();
        assert.equal(await page.locator('h1').count(), 1, url);
        if (scripts) found.push(...(await violations(page)).map((fault) => `${url}: ${fault}`));
      };
      const query = 'client_name=Job&chosen=1&scope=contracts:read';
      await look(at(person, `/applications/new/review?kind=machine&${query}`), ['#new-create'], '#client-secret');
      await look(at(person, '/applications/new/permissions?kind=web&client_name=A&redirect_uris=x'), [], '[role=alert]');
      await look(pageOf(person, app, '/secrets'), ['#secret-add'], '#client-secret');
      await look(pageOf(person, app, '/test'), ['#test-build'], '#test-url');
      await page.locator('#back').fill('nowhere');
      await page.locator('#test-check').click();
      await page.locator('.checks').waitFor();
      if (scripts) found.push(...(await violations(page)));
      await look(at(person, '/invitations/new'), ['input[name=role] >> nth=0', '#invite'], '#secret');
      const link = (await page.locator('#secret').innerText()).trim();
      await look(link, [], '#settled');
      await look(at(person, '/access/policy'), ['input[value=listed]', '#policy-next'], '#confirm');
      await page.goto(`${demo.issuer}/account/tokens/new`);
      await page.locator('#name').fill('A script');
      await page.locator('input[name=scopes][value="clients:read"]').check();
      await page.locator('#token-create').click();
      await page.locator('#token-secret').waitFor();
      if (scripts) found.push(...(await violations(page)));
      await page.goto(at(person, '/webhooks/new'));
      await page.locator('#url').fill('https://10.0.0.1/hook');
      await page.locator('#make-webhook').click();
      await page.locator('[role=alert]').waitFor();
      if (scripts) found.push(...(await violations(page)));
      assert.deepEqual(found, []);
    });
  },

  'a page that was asked for is shown after signing in': () =>
    browse(async (page) => {
      const person = await newPerson();
      await page.goto(at(person, '/audit?kind=client.created'));
      assert.equal(await heading(page), 'Sign in');
      await page.locator('#username').fill(person.email);
      await page.locator('#password').fill(person.password);
      await page.locator('#login-submit').click();
      assert.equal(page.url(), at(person, '/audit?kind=client.created'));
    }),

  'pages speak the language that is asked for by ui_locales, else the browser’s': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { redirect: outside.callback });
    const person = await newPerson();
    await browse(
      async (page) => {
        await page.goto(request(app).url);
        assert.equal(await language(page), 'en', 'of the two that are spoken, the one that is wanted more');
        await page.goto(request(app, { ui_locales: 'fr de-AT en' }).url);
        assert.equal(await language(page), 'de');
        assert.equal(await heading(page), 'Anmelden');
        await page.locator('#username').fill(person.email);
        await page.locator('#password').fill('nicht das Passwort');
        await page.locator('#login-submit').click();
        await page.locator('[role=alert]').waitFor();
        assert.equal(await language(page), 'de', 'after a mistake as well');
        await page.locator('#password').fill(person.password);
        await page.locator('#login-submit').click();
        await page.locator('#consent-allow').waitFor();
        assert.equal(await language(page), 'de', 'to the end of the way');
      },
      { locale: 'en-US', extraHTTPHeaders: { 'accept-language': 'fr, en-US;q=0.8, de;q=0.5' } },
    );
    await browse(
      async (page) => {
        await page.goto(`${demo.issuer}/login`);
        assert.equal(await language(page), 'de');
      },
      { locale: 'de-CH' },
    );
  },
});
