// Pages where somebody else chooses how they look: the system its colours, a printer its paper, a reader the size of text.
import assert from 'node:assert/strict';
import { pageOf, prepare, token } from '../lib/application.mjs';
import { overhang, overhangAt } from '../lib/chromium.mjs';
import { arrive, at, newPerson } from '../lib/people.mjs';

/** What a part of the page looks like. */
const looks = (part) =>
  part.evaluate((element) => {
    const { color, backgroundColor, borderTopStyle, borderTopWidth, borderTopColor, fill, stroke, outlineStyle, outlineWidth } = getComputedStyle(element);
    const border = borderTopStyle !== 'none' && Number.parseFloat(borderTopWidth) > 0 && borderTopColor;
    return { color, background: backgroundColor, border, fill, stroke, outline: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) };
  });

const hidden = async (page, what) => {
  const shown = await page.locator(what).evaluateAll((all) => all.filter((each) => each.checkVisibility()).map((each) => each.outerHTML));
  assert.deepEqual(shown, [], what);
};

/** Somebody with an application that was used, and failed. */
async function used(page) {
  const person = await newPerson();
  await arrive(page, person);
  const app = await prepare(person, { kind: 'machine', scopes: ['contracts:read'] });
  await token(app, { grant_type: 'client_credentials', scope: 'contracts:read' });
  await token({ ...app, client_secret: 'of long ago' }, { grant_type: 'client_credentials' });
  return { person, app };
}

export const scenarios = (browse) => ({
  'with the colours of the system, lines and shapes still tell what colours told': () =>
    browse(async (page) => {
      const { person, app } = await used(page);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ forcedColors: 'active', colorScheme });
        await page.goto(pageOf(person, app, '/activity'));
        const canvas = (await looks(page.locator('.panel').first())).background;
        const [chosen, other] = [page.locator('.tabs a[aria-current]').first(), page.locator('.tabs a:not([aria-current])').first()];
        assert.notEqual((await looks(chosen)).background, (await looks(other)).background, 'the tab that is open');
        assert.notEqual((await looks(chosen)).background, canvas);
        const here = page.locator('.side a[aria-current]');
        assert.notEqual((await looks(here)).background, canvas, 'the place in the navigation');
        const [all, failed] = [await looks(page.locator('.bar-a').first()), await looks(page.locator('.bar-b').first())];
        assert.notEqual(all.fill, canvas, 'bars are seen');
        assert.equal(failed.fill, canvas, 'those of errors by their line');
        assert.ok(![canvas, 'none'].includes(failed.stroke));
        for (const part of ['.badge', '#logout-submit']) {
          const { border } = await looks(page.locator(part).first());
          assert.ok(border && border !== canvas, `${part}: ${border}`);
        }
        await page.goto(at(person, '/api-keys/new'));
        await page.locator('#name').focus();
        await page.keyboard.press('Tab');
        const focused = await looks(page.locator(':focus'));
        assert.ok(focused.outline >= 2, `the focus: ${focused.outline}`);
        const primary = await looks(page.locator('button.primary'));
        assert.notEqual(primary.background, canvas, 'the button that leads on');
        assert.notEqual(primary.background, primary.color);
      }
    }),

  'on paper a page has what it says, the secret too, and nothing to press': () =>
    browse(async (page) => {
      const { person, app } = await used(page);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await page.setViewportSize({ width: 720, height: 1000 });
      await page.goto(pageOf(person, app, '/activity'));
      for (const what of ['button', 'nav', '.skip', 'body footer']) await hidden(page, what);
      assert.ok(await page.locator('details table').isVisible(), 'the numbers behind the charts');
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(0, 0, 0)');
      assert.ok((await overhang(page)) <= 0);
      await page.emulateMedia({ media: 'screen' });
      await page.goto(pageOf(person, app, '/secrets'));
      await page.locator('#secret-add').click();
      await page.emulateMedia({ media: 'print' });
      assert.ok(await page.locator('#client-secret').isVisible());
      assert.ok((await looks(page.locator('.secret').first())).border);
      await hidden(page, '.secret button');
    }),

  'text twice as large wraps, and leaves nothing out': () =>
    browse(async (page) => {
      const { person, app } = await used(page);
      await page.goto(pageOf(person, app, '/activity'));
      const size = () => page.locator('main p').first().evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
      const [before, wide] = [await size(), await overhangAt(page, 360, 2)];
      assert.equal(await size(), 2 * before, 'text follows the size that the reader set');
      assert.equal(wide, 0);
      const { x, width } = await page.locator('#logout-submit').boundingBox();
      assert.ok(x >= 0 && x + width <= 360, 'the top of the page wraps');
    }),
});
