// A headless Chromium, and what every page must keep to.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  // The sandbox cannot start as root; the pages are our own, on this machine.
  chromiumSandbox: process.getuid() !== 0,
  args: ['--disable-dev-shm-usage', '--disable-gpu'],
});

// A click ends when the page that it leads to begins to arrive. What a scenario looks at next, it looks at in whole.
{
  const context = await browser.newContext();
  const locator = Object.getPrototypeOf((await context.newPage()).locator('html'));
  const { click } = locator;
  locator.click = async function (...options) {
    await click.apply(this, options);
    await this.page().waitForLoadState('domcontentloaded');
  };
  await context.close();
}

/**
 * Runs `steps` in a browser profile of its own; no page may report a fault of script, style or policy, but for
 * `complaints` that are wanted.
 */
export async function inBrowser({ complaints: wanted, ...options }, steps) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  const complaints = [];
  context.on('weberror', (fault) => complaints.push(String(fault.error())));
  context.on('console', (message) => {
    // A refused request is told as an error of the network as well; the scenarios look at the pages themselves.
    const known = /Failed to load resource/.test(message.text()) || wanted?.test(message.text());
    if (message.type() === 'error' && !known) complaints.push(message.text());
  });
  try {
    await steps(await context.newPage(), context);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, []);
}

export const heading = (page) => page.locator('h1').first().innerText();

/** How far a page sticks out at the side of the screen, in pixels. */
export const overhang = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The same at a width, with text `times` as large as usual. */
export async function overhangAt(page, width, times = 1) {
  await page.setViewportSize({ width, height: 800 });
  await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, times === 1 ? '' : `${times * 100}%`);
  return overhang(page);
}

/** Reads the page again until it shows what happens on the server meanwhile. */
export async function until(page, shows) {
  for (const end = Date.now() + 20_000; !(await shows()); await page.reload()) {
    assert.ok(Date.now() < end, await page.locator('main').innerText());
  }
}

export async function signIn(page, user) {
  await page.locator('input[name=username]').fill(user.email);
  await page.locator('input[name=password]').fill(user.password);
  await page.locator('#login-submit').click();
}
