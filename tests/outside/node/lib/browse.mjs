// People at browsers, with JavaScript on or off as the environment says.
import { browser, inBrowser } from './chromium.mjs';
import { run } from './scenarios.mjs';

const scripts = process.env.JAVASCRIPT !== 'off';
const mode = scripts ? 'script' : 'no-script';

/** What takes the steps of one person in a browser of their own. */
const browsing = (around) => async (steps, options = {}) => {
  let answer;
  const base = { javaScriptEnabled: scripts, locale: 'en-GB' };
  await inBrowser({ ...base, ...options }, async (page, context) => {
    await around(context);
    answer = await steps(page, context, scripts);
  });
  return answer;
};

// They need nothing of one another, so some may run beside each other.
const AT_ONCE = 3;

/** Runs the scenarios of areas, and closes the browser. `around` makes the world around each person's browser. */
export async function runAll(areas, around = () => {}) {
  const browse = browsing(around);
  try {
    const all = areas.flatMap((area) => Object.entries(area(browse)));
    await run(Object.fromEntries(all.map(([name, scenario]) => [`${mode}: ${name}`, scenario])), AT_ONCE);
  } finally {
    await browser.close();
  }
}
