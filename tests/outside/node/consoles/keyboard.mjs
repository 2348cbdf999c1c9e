// No mouse: only Tab, the arrows, space and Enter.
import assert from 'node:assert/strict';
import { active, connect, made, prepare, request } from '../lib/application.mjs';
import { heading } from '../lib/chromium.mjs';
import { arrive, at, newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { demo } from '../lib/scenarios.mjs';

const notice = (page) => page.locator('[role=status].notice').innerText();

/** Presses Tab until what `target` names has the focus, which must show. */
async function reach(page, target) {
  const wanted = page.locator(target).first();
  await wanted.waitFor();
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      const outline = await wanted.evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(outline, 'none', `${target} has the focus and does not show it`);
      return;
    }
  }
  assert.fail(`${target} is out of reach`);
}

const press = async (page, target, key = 'Enter') => {
  await reach(page, target);
  await page.keyboard.press(key);
};

const type = async (page, target, text) => {
  await reach(page, target);
  await page.keyboard.type(text);
};

export const scenarios = (browse) => ({
  'with the keyboard alone an application is created': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      await page.goto(`${demo.issuer}/account`);
      await page.keyboard.press('Tab');
      assert.equal(await page.locator(':focus').innerText(), 'Skip to the content', 'the first stop');
      await press(page, 'nav.side a:text-is("Applications")');
      await press(page, '#apps-new');
      await page.waitForURL(/\/new$/);
      await reach(page, 'input[name=kind]:checked');
      for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('ArrowDown');
      assert.ok(await page.locator('#kind-machine').isChecked());
      await page.keyboard.press('Enter');
      await type(page, '#client_name', 'Made by keys');
      await page.keyboard.press('Enter');
      await press(page, '[id="scope-contracts:read"]', 'Space');
      await press(page, '#new-next');
      await press(page, '#new-create');
      const app = await made(page);
      assert.ok(app.client_secret);
      await press(page, '#made-open');
      await page.getByRole('heading', { name: 'Made by keys' }).waitFor();
    }),

  'with the keyboard alone somebody is invited': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      await page.goto(at(person, '/members'));
      await press(page, 'main a:text-is("Invite somebody")');
      await page.waitForURL(/\/new$/);
      await reach(page, 'input[name=role]');
      await page.keyboard.press('Space');
      await type(page, '#email', 'guest@example.org');
      await reach(page, '#lifetime');
      await page.keyboard.press('ArrowDown');
      await press(page, '#invite');
      assert.match(await page.locator('#secret').innerText(), /\/invitations\/accept\?/);
      await press(page, '#shown-done');
      await page.getByRole('row', { name: /guest@example\.org/ }).waitFor();
    }),

  'with the keyboard alone an app is allowed and disconnected': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { name: 'Keyed', redirect: outside.callback });
    await browse(async (page) => {
      await arrive(page, await newPerson());
      const held = await connect(page, app);
      await page.goto(`${demo.issuer}/account`);
      await press(page, 'nav.side a:text-is("Connected apps")');
      await page.waitForURL(/\/apps$/);
      await press(page, 'main a[aria-label="Disconnect: Keyed"]');
      await page.locator('#confirm').waitFor();
      assert.match(await heading(page), /Disconnect/);
      await press(page, '#confirm');
      assert.match(await notice(page), /^Disconnected\./);
      assert.equal(await active(app, held.access_token), false);
    });
  },

  'with the keyboard alone a workspace is chosen, and Enter in the choice allows nothing': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { name: 'Careful', redirect: outside.callback });
    await browse(async (page) => {
      await arrive(page, await newPerson());
      await page.goto(request(app, { scope: 'openid email' }).url);
      await reach(page, '#scope-email');
      await page.keyboard.press('Space');
      const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
      await page.keyboard.press('Enter');
      assert.equal((await answered).status(), 200);
      assert.equal(await page.locator('#scope-email').isChecked(), false, 'what was chosen is kept');
      assert.equal(outside.received.length, 0);
      await press(page, '#consent-allow');
      await page.waitForURL((there) => there.href.startsWith(outside.callback));
      assert.ok(new URL(page.url()).searchParams.get('code'));
    });
  },

  'with the keyboard alone the menu of a phone is opened, and leads on': () =>
    browse(
      async (page) => {
        await arrive(page, await newPerson());
        await page.goto(`${demo.issuer}/account`);
        const link = page.locator('nav.side a:text-is("Access tokens")');
        assert.equal(await link.isVisible(), false);
        await press(page, '#menu', 'Space');
        await press(page, 'nav.side a:text-is("Access tokens")');
        await page.getByRole('heading', { name: 'Access tokens', level: 1 }).waitFor();
      },
      { viewport: { width: 360, height: 740 } },
    ),
});
