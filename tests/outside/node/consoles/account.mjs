// A person's own pages: profile, password, sessions, tokens, and connected apps.
import assert from 'node:assert/strict';
import { active, connect, exchange, prepare, request, tick, token } from '../lib/application.mjs';
import { heading, signIn } from '../lib/chromium.mjs';
import { arrive, enter, invite, newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { demo } from '../lib/scenarios.mjs';

const ACCOUNT = `${demo.issuer}/account`;
const notice = (page) => page.locator('[role=status].notice').innerText();
const language = (page) => page.locator('html').getAttribute('lang');
const isSignedOut = async (page) => {
  await page.goto(ACCOUNT);
  return new URL(page.url()).pathname === '/login';
};

/** What an API of this server answers to a bearer of this. */
const asks = async (bearer, path) => {
  const response = await fetch(`${demo.issuer}${path}`, { headers: { authorization: `Bearer ${bearer}` } });
  return response.status;
};

export const scenarios = (browse) => ({
  'a person changes their name, reads German, and reads English again': () =>
    browse(async (page) => {
      await arrive(page, await newPerson('Mira Novak'));
      await page.goto(ACCOUNT);
      await page.getByLabel('Your name').fill('Mira Nováková');
      await page.getByLabel('Language').selectOption('de');
      await page.locator('#profile-save').click();
      assert.equal(await notice(page), 'Gespeichert.');
      assert.equal(await language(page), 'de');
      assert.equal(await page.getByLabel('Ihr Name').inputValue(), 'Mira Nováková');
      await page.goto(`${ACCOUNT}/security`);
      assert.equal(await language(page), 'de', 'every page, not this one alone');
      await page.goto(ACCOUNT);
      await page.locator('#locale').selectOption('en');
      await page.locator('#profile-save').click();
      assert.equal(await notice(page), 'Saved.');
      assert.equal(await language(page), 'en');
    }),

  'times are told in the browser’s zone, and in the person’s own once they name one': () =>
    browse(
      async (page, context, scripts) => {
        await arrive(page, await newPerson());
        const since = async () => {
          await page.goto(`${ACCOUNT}/security`);
          const time = page.locator('tbody time').first();
          return { moment: new Date(await time.getAttribute('datetime')), text: await time.innerText() };
        };
        const clock = (moment, timeZone) => new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(moment);
        const told = await since();
        assert.ok(told.text.includes(clock(told.moment, scripts ? 'Asia/Tokyo' : 'UTC')), told.text);
        assert.equal(told.text.includes('UTC'), !scripts, told.text);
        await page.goto(ACCOUNT);
        await page.getByLabel('Time zone').fill('Mars/Olympus');
        await page.locator('#profile-save').click();
        await page.locator('[role=alert]').waitFor();
        assert.equal(await page.getByLabel('Time zone').inputValue(), 'Mars/Olympus');
        await page.getByLabel('Time zone').fill('America/New_York');
        await page.locator('#profile-save').click();
        assert.equal(await notice(page), 'Saved.');
        const own = await since();
        assert.ok(own.text.endsWith(clock(own.moment, 'America/New_York')), own.text);
      },
      { timezoneId: 'Asia/Tokyo' },
    ),

  'a password is changed by whoever knows the old one, and signs in from then on': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      await page.goto(`${ACCOUNT}/security`);
      const change = async (old, next) => {
        await page.getByLabel('Current password').fill(old);
        await page.getByLabel('New password').fill(next);
        await page.locator('#password-save').click();
      };
      await change('not the old one', 'quite another sentence');
      assert.ok(await page.locator('[role=alert]').innerText());
      assert.equal(await page.getByLabel('Current password').getAttribute('aria-invalid'), 'true');
      await change(person.password, 'quite another sentence');
      assert.match(await notice(page), /Your password was changed/);
      await page.locator('#logout-submit').click();
      await page.goto(`${demo.issuer}/login`);
      await signIn(page, person);
      await page.locator('[role=alert]').waitFor();
      assert.equal(await page.getByLabel('Email address').inputValue(), person.email);
      await signIn(page, { ...person, password: 'quite another sentence' });
      await page.waitForURL(ACCOUNT);
    }),

  'a session in another browser is ended, and that browser is signed out': async () => {
    const person = await newPerson();
    await browse(async (here) => {
      await enter(here, person);
      await browse(
        async (there) => {
          await enter(there, person);
          await here.goto(`${ACCOUNT}/security`);
          const row = here.getByRole('row', { name: /Firefox on Linux/ });
          await row.getByRole('link', { name: 'End: Firefox on Linux' }).click();
          assert.equal(await heading(here), 'Sign out there?');
          assert.equal(await isSignedOut(there), false, 'asking ends nothing');
          await here.locator('#confirm').click();
          assert.equal(await notice(here), 'Signed out there.');
          assert.equal(await row.count(), 0);
          assert.ok(await isSignedOut(there));
        },
        { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
      );
      // The person's own, from signing up, is left.
      await here.getByRole('link', { name: 'End all others' }).click();
      await here.locator('#confirm').click();
      assert.equal(await notice(here), 'Signed out everywhere else.');
      assert.equal(await here.locator('tbody tr').count(), 1);
      assert.equal(await isSignedOut(here), false);
    });
  },

  'a personal access token is made, used, and worthless once it is revoked': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      await page.goto(`${ACCOUNT}/tokens`);
      await page.getByRole('link', { name: 'New token' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Backup script');
      await tick(page, 'scopes', ['consents:read']);
      await page.locator('#token-create').click();
      const secret = (await page.locator('#token-secret').innerText()).trim();
      assert.equal(await asks(secret, '/oidc/user/consent'), 200);
      assert.equal(await asks(secret, '/api/v1/personal-access-tokens'), 403, 'no more than was ticked');
      await page.getByRole('link', { name: 'Done' }).click();
      assert.doesNotMatch(await page.content(), new RegExp(secret), 'it is shown once');
      assert.match(await page.getByRole('row', { name: /Backup script/ }).innerText(), /consents:read/);
      await page.getByRole('link', { name: 'Revoke: Backup script' }).click();
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The token was revoked.');
      assert.equal(await page.getByRole('row', { name: /Backup script/ }).count(), 0);
      assert.equal(await asks(secret, '/oidc/user/consent'), 401);
    }),

  'an app is disconnected, and what it held is worthless': async () => {
    const outside = await receiver();
    const scopes = ['openid', 'email', 'offline_access'];
    const app = await prepare(await newPerson('Dora Maker'), { name: 'Ledger of Dora', redirect: outside.callback, scopes });
    await browse(async (page) => {
      await arrive(page, await newPerson());
      const held = await connect(page, app);
      assert.equal(await active(app, held.access_token), true);
      await page.goto(`${ACCOUNT}/apps`);
      await page.getByRole('link', { name: 'Disconnect: Ledger of Dora' }).click();
      await page.locator('#confirm').click();
      assert.match(await notice(page), /^Disconnected\./);
      assert.equal(await page.getByRole('heading', { name: 'Ledger of Dora' }).count(), 0);
      assert.equal(await active(app, held.access_token), false);
      const refreshed = await token(app, { grant_type: 'refresh_token', refresh_token: held.refresh_token });
      assert.equal(refreshed.error, 'invalid_grant');
      // To be used again, it asks again.
      await page.goto(request(app).url);
      assert.equal(await page.locator('#consent-allow').count(), 1);
    });
  },

  'an app that is in two workspaces is disconnected from one, and stays in the other': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { name: 'Ledger of Dora', redirect: outside.callback });
    const [host, person] = [await newPerson('Hanna Host'), await newPerson()];
    await invite(host, person);
    await browse(async (page) => {
      await arrive(page, person);
      const held = {};
      for (const workspace of [host.workspace, person.workspace]) {
        const { url, verifier } = request(app, { prompt: 'consent' });
        await page.goto(url);
        await page.locator(`[id="workspace-${workspace}"]`).check();
        await page.locator('#consent-allow').click();
        held[workspace] = (await exchange(page, app, verifier)).access_token;
      }
      await page.goto(`${ACCOUNT}/apps`);
      assert.ok(await page.getByRole('link', { name: 'Disconnect everywhere: Ledger of Dora' }).isVisible());
      await page.locator(`a[href$="?workspace=${host.workspace}"]`).click();
      assert.match(await heading(page), /^Disconnect Ledger of Dora from /);
      await page.locator('#confirm').click();
      assert.match(await notice(page), /^Disconnected\./);
      assert.equal(await active(app, held[host.workspace]), false);
      assert.equal(await active(app, held[person.workspace]), true);
    });
  },
});
