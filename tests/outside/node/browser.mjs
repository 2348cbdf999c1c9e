// A headless Chromium, with JavaScript on and off, from the sample application to the consent page and back.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { browser, heading, inBrowser, overhang, signIn } from './lib/chromium.mjs';
import { demo, clientOf, run, userWith } from './lib/scenarios.mjs';

const screenshots = process.env.SCREENSHOTS;
const widths = [360, 1280];
mkdirSync(screenshots, { recursive: true });

/** Pictures at the width of a phone and of a desk; nothing may stick out at the side. */
async function picture(page, name) {
  const before = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(screenshots, `${name}-${width}.png`), fullPage: true });
    assert.ok((await overhang(page)) <= 0, `${name} is wider than a screen of ${width} px`);
  }
  await page.setViewportSize(before);
}

async function leave(page, button) {
  await page.goto(demo.app_url);
  await page.locator(button).click();
}

/** What the application received. */
const landed = async (page) => {
  await page.waitForURL((url) => url.href.startsWith(demo.app_url));
  return {
    person: await page.locator('#sub').innerText(),
    workspace: await page.locator('dt:text-is("userinfo: tenant_id") + dd').innerText(),
  };
};
const landedIn = async (page) => (await landed(page)).workspace;
const landedAs = async (page) => (await landed(page)).person;

/** Allows where the page for it comes up, and answers what the application received. */
async function allowed(page) {
  await page.locator('#consent-allow, #sub').first().waitFor();
  if (await page.locator('#consent-allow').count()) await page.locator('#consent-allow').click();
  return landedAs(page);
}

const CONNECT = 'text="Connect a workspace"';
const SIGN_IN = 'text="Sign in"';

function flows(mode, options) {
  return {
    [`${mode}: connect a workspace, and connect the other one`]: () =>
      inBrowser(options, async (page) => {
        const user = userWith(2);
        const [first, second] = user.workspaces;
        await leave(page, CONNECT);
        await picture(page, `sign-in-${mode}`);
        await signIn(page, user);
        assert.equal(await page.locator('input[type=radio][name=workspace]').count(), 2);
        await page.locator(`input[name=workspace][value="${second.id}"]`).check();
        await picture(page, `consent-${mode}`);
        await page.locator('#consent-allow').click();
        assert.equal(await landedIn(page), second.id);
        await picture(page, `connected-${mode}`);

        await leave(page, CONNECT);
        assert.ok(await page.locator(`input[name=workspace][value="${second.id}"]`).isChecked(), 'the last choice is preselected');
        await page.locator(`input[name=workspace][value="${first.id}"]`).check();
        await page.locator('#consent-allow').click();
        assert.equal(await landedIn(page), first.id);
      }),

    [`${mode}: one workspace needs no picking`]: () =>
      inBrowser(options, async (page) => {
        const user = userWith(1);
        await leave(page, CONNECT);
        await signIn(page, user);
        assert.equal(await page.locator('input[type=radio][name=workspace]').count(), 0);
        await page.locator('#consent-allow').click();
        assert.equal(await landedIn(page), user.workspaces[0].id);
        await leave(page, CONNECT);
        assert.equal(await landedIn(page), user.workspaces[0].id, 'nothing was left to ask');
      }),

    [`${mode}: sign in as oneself, in the same browser without a password again`]: () =>
      inBrowser(options, async (page) => {
        const user = userWith(1);
        await leave(page, SIGN_IN);
        await signIn(page, user);
        await page.locator('#consent-allow').click();
        assert.equal(await landedAs(page), user.id);
        await leave(page, SIGN_IN);
        assert.equal(await landedAs(page), user.id);
      }),

    [`${mode}: a wrong password is told, and the right one works after it`]: () =>
      inBrowser(options, async (page) => {
        const user = userWith(1);
        await leave(page, SIGN_IN);
        await signIn(page, { ...user, password: 'not the password' });
        assert.ok(await page.locator('[role=alert]').innerText());
        await picture(page, `wrong-password-${mode}`);
        await signIn(page, user);
        assert.equal(await allowed(page), user.id);
      }),

    [`${mode}: denying tells the application access_denied`]: () =>
      inBrowser(options, async (page) => {
        await leave(page, CONNECT);
        await signIn(page, userWith(2));
        await page.locator('#consent-deny').click();
        await page.waitForURL((url) => url.href.startsWith(demo.app_url));
        assert.match(await page.locator('body').innerText(), /access_denied/);
        await picture(page, `denied-${mode}`);
      }),

    [`${mode}: a request of an unknown client shows the error page`]: () =>
      inBrowser(options, async (page) => {
        const query = new URLSearchParams({
          response_type: 'code', client_id: 'cs_ci_unknown', redirect_uri: clientOf('web').redirect_uris[0], scope: 'openid', state: 'x',
        });
        const response = await page.goto(`${demo.issuer}/oauth2/authorize?${query}`);
        assert.ok(response.status() >= 400 && response.status() < 500, `status ${response.status()}`);
        assert.equal(await heading(page), 'That did not work');
        const text = await page.locator('body').innerText();
        assert.match(text, /\b(invalid_client|invalid_request|unauthorized_client)\b/);
        const id = response.headers()['x-request-id'];
        assert.ok(id && text.includes(id), `the request id ${id} is not on the page`);
        await picture(page, `request-error-${mode}`);
      }),

    [`${mode}: an interaction is of no use in another browser`]: () =>
      inBrowser(options, async (page) => {
        await leave(page, CONNECT);
        const interaction = await page.locator('input[name=interaction]').first().inputValue();
        const link = `${demo.issuer}/oauth2/interaction?i=${encodeURIComponent(interaction)}`;
        await inBrowser(options, async (thief) => {
          // Being signed in does not help the thief.
          await leave(thief, SIGN_IN);
          await signIn(thief, userWith(1));
          await allowed(thief);
          await thief.goto(link);
          assert.equal(await heading(thief), 'That did not work');
          assert.equal(await thief.locator('#consent-allow').count(), 0);
        });
        await page.goto(link);
        await signIn(page, userWith(2));
        await page.locator('#consent-allow').waitFor();
      }),

    [`${mode}: the pages work by keyboard alone, and the last workspace is preselected`]: () =>
      inBrowser(options, async (page) => {
        const user = userWith(2);
        await leave(page, CONNECT);
        await page.locator('input[name=username]').focus();
        await page.keyboard.type(user.email);
        await page.keyboard.press('Tab');
        await page.keyboard.type(user.password);
        await page.keyboard.press('Enter');
        await page.locator('#consent-allow').waitFor();
        const preselected = await page.locator('input[name=workspace]:checked').inputValue();
        const focused = () => page.evaluate(() => document.activeElement?.id);
        for (let presses = 0; (await focused()) !== 'consent-allow'; presses += 1) {
          assert.ok(presses < 30, 'the button is out of reach');
          await page.keyboard.press('Tab');
        }
        await page.keyboard.press('Enter');
        assert.ok(user.workspaces.some(({ id }) => id === preselected));
        assert.equal(await landedIn(page), preselected);
      }),
  };
}

try {
  const on = process.env.JAVASCRIPT !== 'off';
  await run(flows(on ? 'script' : 'no-script', { javaScriptEnabled: on }));
} finally {
  await browser.close();
}
