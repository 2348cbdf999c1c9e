// Webhooks whose messages arrive: at a receiver on this machine, which the settings allow.
import assert from 'node:assert/strict';
import { create } from '../lib/application.mjs';
import { until } from '../lib/chromium.mjs';
import { hook, isSigned } from '../lib/hook.mjs';
import { arrive, at, newPerson } from '../lib/people.mjs';

const notice = (page) => page.locator('[role=status].notice').innerText();
const row = (page) => page.locator('main tbody tr');
const says = (page, label) => row(page).locator(`[data-label="${label}"]`).innerText();
const isDelivered = async (page) => /^Delivered/.test(await says(page, 'State'));

/** Makes a webhook on its page; answers the secret that is shown there. */
async function make(page, person, url, events) {
  await page.goto(at(person, '/webhooks'));
  await page.getByRole('link', { name: 'New webhook' }).click();
  await page.getByLabel('URL').fill(url);
  await page.getByRole('radio', { name: /^Only these/ }).check();
  for (const event of events) await page.locator(`input[name=events][value="${event}"]`).check();
  await page.locator('#make-webhook').click();
  const secret = (await page.locator('#secret').innerText()).trim();
  assert.match(secret, /^whsec_/);
  await page.locator('#shown-done').click();
  return secret;
}

/** Opens the deliveries of the person's one webhook. */
async function deliveries(page, person) {
  await page.goto(at(person, '/webhooks'));
  await page.locator('main .items a').click();
  await page.getByRole('link', { name: 'Deliveries' }).click();
}

export const scenarios = (browse) => ({
  'an event arrives signed, is told of with its answer, and arrives again when it is sent again': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      const receiver = await hook(200, 202);
      const secret = await make(page, person, receiver.url, ['oauth2.client.created']);
      const app = await create(page, person, { kind: 'machine', name: 'Told of', scopes: ['contracts:read'] });
      const first = await receiver.next();
      assert.equal(first.method, 'POST');
      assert.equal(first.headers['content-type'], 'application/json');
      assert.ok(isSigned(secret, first), JSON.stringify(first.headers));
      assert.equal(isSigned(secret, { ...first, body: Buffer.concat([first.body, Buffer.from(' ')]) }), false);
      assert.equal(isSigned('whsec_c29tZWJvZHkgZWxzZQ==', first), false);
      const { type, data } = JSON.parse(first.body);
      assert.deepEqual([type, data.client_id, data.name, data.owner_workspace_id], ['oauth2.client.created', app.client_id, 'Told of', person.workspace]);

      await deliveries(page, person);
      assert.equal(await row(page).count(), 1);
      // The answer is written when it was received, a moment after the message.
      await until(page, () => isDelivered(page));
      assert.match(await row(page).innerText(), new RegExp(`oauth2\\.client\\.created.*${first.headers['webhook-id']}`, 's'));
      assert.match(await says(page, 'State'), /1 attempt$/);
      assert.match(await says(page, 'Answer'), /^Status 200 \(\d+ ms\)$/);

      await row(page).getByRole('button', { name: 'Send again' }).click();
      assert.equal(await notice(page), 'The message is on its way again.');
      const second = await receiver.next();
      assert.equal(second.headers['webhook-id'], first.headers['webhook-id'], 'it is the same message');
      assert.deepEqual(second.body, first.body);
      assert.ok(Number(second.headers['webhook-timestamp']) >= Number(first.headers['webhook-timestamp']));
      assert.ok(isSigned(secret, second));
      await until(page, async () => /^Status 202/.test(await says(page, 'Answer')));
      assert.ok(await isDelivered(page));
      assert.equal(await row(page).count(), 1);
      assert.deepEqual(receiver.arrived, [], 'nothing else was sent');
    }),

  'a receiver that fails is told of, and gets the message when it works again': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      const receiver = await hook(410);
      const secret = await make(page, person, receiver.url, ['oauth2.client.deleted']);
      await page.locator('#test-webhook').click();
      const first = await receiver.next();
      assert.ok(isSigned(secret, first));
      await until(page, async () => /^Given up/.test(await says(page, 'State')));
      assert.match(await says(page, 'Answer'), /^Status 410/);
      // A receiver that says it is gone is sent nothing more, until somebody says otherwise.
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.locator('#switch-webhook').click();
      assert.equal(await notice(page), 'The webhook is on.');
      await deliveries(page, person);
      await row(page).getByRole('button', { name: 'Send again' }).click();
      const second = await receiver.next();
      assert.equal(second.headers['webhook-id'], first.headers['webhook-id']);
      await until(page, () => isDelivered(page));
      assert.match(await says(page, 'Answer'), /^Status 204/);
    }),

  'while a secret is replaced, messages are signed with both': () =>
    browse(async (page) => {
      const person = await newPerson();
      await arrive(page, person);
      const receiver = await hook();
      const old = await make(page, person, receiver.url, ['oauth2.client.deleted']);
      await page.getByRole('link', { name: 'Replace the secret' }).click();
      await page.locator('#rotate-secret').click();
      const fresh = (await page.locator('#secret').innerText()).trim();
      assert.notEqual(fresh, old);
      await page.locator('#shown-done').click();
      assert.match(await page.locator('p.warning').innerText(), /signed with the old secret as well until/);
      await page.locator('#test-webhook').click();
      const message = await receiver.next();
      assert.equal(message.headers['webhook-signature'].split(' ').length, 2);
      assert.deepEqual([old, fresh].map((secret) => isSigned(secret, message)), [true, true]);
    }),
});
