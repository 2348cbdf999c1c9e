// What axe-core finds wrong with a page.
import axe from 'axe-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function broken(page, runOnly) {
  const results = await page.evaluate((options) => globalThis.axe.run(document, options), { runOnly, resultTypes: ['violations'] });
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ').slice(0, 400)}`);
}

/** Violations of WCAG 2.2 AA, and of the contrast in the dark; scripts must be on. */
export async function violations(page) {
  await page.evaluate(axe.source);
  const found = await broken(page, { type: 'tag', values: RULES });
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await broken(page, { type: 'rule', values: ['color-contrast'] })).map((fault) => `dark ${fault}`));
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}
