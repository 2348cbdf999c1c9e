// The operator of a server that was just started.
import assert from 'node:assert/strict';
import { demo } from '../lib/scenarios.mjs';

export const scenarios = (browse) => ({
  'the first operator is made by the link of the server, once, and reads the settings in force': () =>
    browse(async (page) => {
      await page.goto(demo.setup);
      await page.locator('#name').fill('Oda Operator');
      await page.locator('#username').fill('oda@example.org');
      await page.locator('#password').fill('four words as usual');
      await page.locator('#setup-submit').click();
      await page.locator('#logout-submit').waitFor();
      await page.goto(`${demo.issuer}/operator/settings`);
      const value = async (key) => {
        const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: key, exact: true }) });
        return (await row.locator('td').innerText()).trim();
      };
      assert.match(await value('outbound_allow_private'), /true$/);
      assert.match(await value('brand.name'), /Nordlicht$/);
      assert.match(await value('brand.primary_colour_dark'), /#ce93d8$/);
      await page.locator('#logout-submit').click();
      assert.ok((await page.goto(demo.setup)).status() >= 400, 'the link works once');
      assert.equal(await page.locator('#setup-submit').count(), 0);
    }),
});
