// An operator's brand on what people see before an application: the sign-in, the consent, and the error page.
import assert from 'node:assert/strict';
import { prepare, request } from '../lib/application.mjs';
import { violations } from '../lib/axe.mjs';
import { signIn } from '../lib/chromium.mjs';
import { newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { demo } from '../lib/scenarios.mjs';

/** By the scheme of colours that somebody prefers; `on` is what reads best on the colour. */
const LOOKS = {
  light: { logo: 'https://brand.example/nordlicht.svg', brand: '#7a1fa2', on: '#ffffff' },
  dark: { logo: `${demo.issuer}/brand/nordlicht-dark.svg`, brand: '#ce93d8', on: '#000000' },
};
const LINKS = { Terms: 'https://brand.example/terms', Privacy: 'https://brand.example/privacy', Help: 'https://brand.example/help' };
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20" width="60" height="20"><rect width="60" height="20" fill="#7a1fa2"/></svg>';
/** Of text of this size (WCAG 2.2 §1.4.3). */
const LEAST_CONTRAST = 4.5;

/** Answers for the servers that have the logos: none of them is on this machine. */
export async function elsewhere(context) {
  for (const { logo } of Object.values(LOOKS)) {
    await context.route(logo, (route) => route.fulfill({ contentType: 'image/svg+xml', body: PICTURE }));
  }
}

const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
const rgb = (colour) => `rgb(${parts(colour).join(', ')})`;

function contrast(one, other) {
  const luminance = (colour) => {
    const [red, green, blue] = parts(colour).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** What of the brand the page shows, and what it is painted with. */
const shown = (page, button) =>
  page.evaluate((id) => {
    const logo = document.querySelector('header.brand img');
    const pressed = id && getComputedStyle(document.getElementById(id));
    const links = [...document.querySelectorAll('body > main footer a')].map((a) => [a.textContent, a.href]);
    return {
      title: document.title.split(' · ').at(-1),
      name: document.querySelector('header.brand').textContent.trim(),
      logo: logo.currentSrc,
      painted: logo.complete && logo.naturalWidth > 0 && logo.getBoundingClientRect().width > 0,
      ...(pressed && { ground: pressed.backgroundColor, text: pressed.color }),
      variable: getComputedStyle(document.documentElement).getPropertyValue('--brand').trim(),
      links: Object.fromEntries(links),
    };
  }, button);

const looks = (scheme) => async (browse, app, person) => {
  const { logo, brand, on } = LOOKS[scheme];
  assert.ok(contrast(brand, on) >= LEAST_CONTRAST, `the test's own colours: ${contrast(brand, on)}`);
  await browse(
    async (page, context, scripts) => {
      const asked = [];
      page.on('request', (sent) => asked.push(sent.url()));
      const look = async (name, button) => {
        await page.waitForLoadState('load');
        const expected = {
          title: 'Nordlicht', name: 'Nordlicht', logo, painted: true, ...(button && { ground: rgb(brand), text: rgb(on) }), variable: brand, links: LINKS,
        };
        assert.deepEqual(await shown(page, button), expected, name);
        const icon = await (await fetch(await page.locator('link[rel=icon]').evaluate((link) => link.href))).text();
        assert.match(icon, /fill="#7a1fa2"/, 'the icon of the tab has one colour');
        if (scripts) assert.deepEqual(await violations(page), [], name);
        await page.emulateMedia({ colorScheme: scheme });
      };
      await page.goto(request(app).url);
      await look('sign in', 'login-submit');
      await signIn(page, person);
      await page.locator('#consent-allow').waitFor();
      await look('consent', 'consent-allow');
      await page.goto(request({ ...app, client_id: 'cs_ci_unknown' }).url);
      await page.locator('#error-code').waitFor();
      await look('error');
      const strangers = asked.filter((url) => !url.startsWith(`${demo.issuer}/`) && url !== LOOKS.light.logo);
      assert.deepEqual(strangers, [], 'the logo is all that comes from elsewhere');
    },
    { colorScheme: scheme },
  );
};

export const scenarios = (browse) =>
  Object.fromEntries(
    Object.keys(LOOKS).map((scheme) => [
      `the operator’s name, logo, colours and links are on the pages before an application, ${scheme}`,
      async () => {
        const outside = await receiver();
        const app = await prepare(await newPerson('Dora Maker'), { redirect: outside.callback });
        await looks(scheme)(browse, app, await newPerson());
      },
    ]),
  );
