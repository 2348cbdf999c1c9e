// What people do on the pages, step by step as they would, with JavaScript on and off.
import { scenarios as account } from './consoles/account.mjs';
import { scenarios as developer } from './consoles/developer.mjs';
import { scenarios as entry } from './consoles/entry.mjs';
import { scenarios as everywhere } from './consoles/everywhere.mjs';
import { scenarios as hostile } from './consoles/hostile.mjs';
import { scenarios as keyboard } from './consoles/keyboard.mjs';
import { scenarios as operator } from './consoles/operator.mjs';
import { scenarios as workspace } from './consoles/workspace.mjs';
import { browser, inBrowser } from './lib/chromium.mjs';
import { run } from './lib/scenarios.mjs';

const scripts = process.env.JAVASCRIPT !== 'off';
const mode = scripts ? 'script' : 'no-script';

/** Steps of one person in a browser of their own. */
async function browse(steps, options = {}) {
  let answer;
  const base = { javaScriptEnabled: scripts, locale: 'en-GB' };
  await inBrowser({ ...base, ...options }, async (page, context) => { answer = await steps(page, context, scripts); });
  return answer;
}

// They need nothing of one another, so some may run beside each other.
const AT_ONCE = 3;

try {
  const areas = [entry, account, developer, workspace, operator, everywhere, keyboard, hostile];
  const all = areas.flatMap((area) => Object.entries(area(browse)));
  await run(Object.fromEntries(all.map(([name, scenario]) => [`${mode}: ${name}`, scenario])), AT_ONCE);
} finally {
  await browser.close();
}
