// What admins of a workspace do.
import assert from 'node:assert/strict';
import { active, connect, prepare, request, tick } from '../lib/application.mjs';
import { heading, signIn, until } from '../lib/chromium.mjs';
import { arrive, at, invite, newPerson } from '../lib/people.mjs';
import { receiver } from '../lib/receiver.mjs';
import { demo } from '../lib/scenarios.mjs';

const notice = (page) => page.locator('[role=status].notice').innerText();

/** An admin at a browser. */
const managing = (browse, steps, options) =>
  browse(async (page) => {
    const person = await newPerson('Olga Owner');
    await arrive(page, person);
    await steps(page, person);
  }, options);

/** What the workspace’s API says to a key, and its status. */
async function calls(key, path) {
  const response = await fetch(`${demo.issuer}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return response.status;
}

export const scenarios = (browse) => ({
  'somebody is invited by a link, joins in their own browser, becomes an admin, and is removed': async () => {
    const guest = await newPerson('Gil Guest');
    await managing(browse, async (page, owner) => {
      await page.goto(at(owner, '/members'));
      await page.getByRole('link', { name: 'Invite somebody' }).click();
      await page.getByRole('radio', { name: /^Member/ }).check();
      await page.getByLabel('Email address (optional)').fill('no address');
      await page.getByLabel('Good for').selectOption({ index: 1 });
      // The browser itself would stop this.
      await page.locator('form', { has: page.locator('#invite') }).evaluate((form) => { form.noValidate = true; });
      await page.locator('#invite').click();
      await page.locator('[role=alert]').waitFor();
      assert.equal(await page.getByLabel('Email address (optional)').inputValue(), 'no address');
      assert.ok(await page.getByRole('radio', { name: /^Member/ }).isChecked());
      await page.getByLabel('Email address (optional)').fill(guest.email);
      await page.locator('#invite').click();
      const link = (await page.locator('#secret').innerText()).trim();
      await page.locator('#shown-done').click();
      assert.ok(await page.getByRole('row', { name: new RegExp(guest.email) }).isVisible());

      await browse(async (theirs) => {
        const token = new URL(link).searchParams.get('token');
        const told = [];
        theirs.on('request', (request) => told.push([request.url(), request.headers().referer ?? '', request.postData() ?? ''].join(' ')));
        await theirs.goto(link);
        assert.match(await heading(theirs), /Olga Owner invites you to/);
        assert.match(await theirs.locator('#meant').innerText(), /[a-z]…@example/);
        const clean = theirs.url();
        await theirs.locator('#join-sign-in').click();
        await signIn(theirs, guest);
        assert.equal(theirs.url(), clean, 'back where they were');
        assert.deepEqual(told.filter((each) => each.includes(token)).length, 1, 'the link alone holds the secret');
        await theirs.locator('#accept').click();
        assert.equal(await notice(theirs), 'Welcome: you are a member now.');
        await theirs.goto(link);
        assert.equal(await theirs.locator('#accept').count(), 0, 'a link works once');
        assert.equal(await theirs.locator('#settled').innerText(), 'You have accepted this invitation.');
        await theirs.getByRole('link', { name: 'Go to the workspace' }).click();
        assert.ok(await theirs.getByRole('row', { name: new RegExp(guest.email) }).isVisible());
        assert.equal((await theirs.goto(at(owner, '/api-keys'))).status(), 403);

        await page.goto(at(owner, '/members'));
        await page.getByLabel('Role of Gil Guest').selectOption('admin');
        await page.getByRole('row', { name: /Gil Guest/ }).getByRole('button', { name: 'Change' }).click();
        assert.equal(await notice(page), 'The role was changed.');
        assert.equal((await theirs.goto(at(owner, '/api-keys'))).status(), 200);

        await page.getByRole('link', { name: 'Remove Gil Guest' }).click();
        await page.locator('#confirm').click();
        assert.equal(await notice(page), 'The person was removed.');
        assert.equal(await page.getByRole('row', { name: /Gil Guest/ }).count(), 0);
        assert.ok((await theirs.goto(at(owner, '/members'))).status() >= 400);
      });
    });
  },

  'a role is changed by mistake, and given back by “Undo”': async () => {
    const guest = await newPerson('Gil Guest');
    await managing(browse, async (page, owner) => {
      await invite(owner, guest);
      const role = page.getByLabel('Role of Gil Guest');
      /** What the guest may do: the keys are for admins. */
      const status = async () => (await guest.agent.open(at(owner, '/api-keys'))).status;
      await page.goto(at(owner, '/members'));
      assert.equal(await page.locator('#undo').count(), 0, 'nothing was done yet');
      await role.selectOption('admin');
      await page.getByRole('row', { name: /Gil Guest/ }).getByRole('button', { name: 'Change' }).click();
      assert.equal(await notice(page), 'The role was changed.');
      assert.equal(await status(), 200);
      await page.getByRole('button', { name: 'Undo' }).click();
      assert.equal(await notice(page), 'The role was changed.');
      assert.equal(await role.inputValue(), 'member');
      assert.equal(await status(), 403);
      // Undoing was a mistake: that can be undone as well.
      await page.getByRole('button', { name: 'Undo' }).click();
      assert.equal(await role.inputValue(), 'admin');
      assert.equal(await status(), 200);
      await page.goto(at(owner, '/members'));
      assert.equal(await page.locator('#undo').count(), 0, 'it is offered once, right after');
    });
  },

  'an invitation for somebody else is accepted only on purpose, and two in two tabs are kept apart': async () => {
    const guest = await newPerson('Gil Guest');
    await managing(browse, async (page, owner) => {
      const make = async (role, email) => {
        await page.goto(at(owner, '/invitations/new'));
        await page.getByRole('radio', { name: role }).check();
        await page.getByLabel('Email address (optional)').fill(email);
        await page.locator('#invite').click();
        return (await page.locator('#secret').innerText()).trim();
      };
      const [first, second] = [await make(/^Member/, 'bob@example.org'), await make(/^Admin/, '')];
      await browse(async (theirs) => {
        await theirs.goto(first);
        await theirs.locator('#join-sign-in').click();
        await signIn(theirs, guest);
        const other = await theirs.context().newPage();
        await other.goto(second);
        assert.match(await other.locator('main').innerText(), /with the role Admin/);
        await other.close();
        await theirs.reload();
        assert.match(await theirs.locator('main').innerText(), /with the role Member/);
        assert.match(await theirs.locator('#meant').innerText(), /another address: b…@example\.org/);
        assert.ok(!(await theirs.content()).includes('bob@'));
        await theirs.locator('#accept').click();
        assert.equal(await theirs.locator('#accept').count(), 1, 'not without saying so');
        await theirs.getByRole('checkbox', { name: /nevertheless/ }).check();
        await theirs.locator('#accept').click();
        assert.equal(await notice(theirs), 'Welcome: you are a member now.');
      });
    });
  },

  'an invitation is withdrawn, and its link leads nowhere': () =>
    managing(browse, async (page, owner) => {
      await page.goto(at(owner, '/invitations/new'));
      await page.getByRole('radio', { name: /^Admin/ }).check();
      await page.locator('#invite').click();
      const link = (await page.locator('#secret').innerText()).trim();
      await page.locator('#shown-done').click();
      await page.getByRole('link', { name: 'Withdraw' }).click();
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The invitation was withdrawn.');
      const { agent } = await newPerson();
      assert.equal((await agent.open(link)).has('accept'), false);
    }),

  'an API key is made, used, and worthless once it is revoked': () =>
    managing(browse, async (page, owner) => {
      await page.goto(at(owner, '/api-keys'));
      await page.getByRole('link', { name: 'New API key' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Nightly report');
      await page.getByRole('radio', { name: /^Admin/ }).check();
      await tick(page, 'scopes', ['members:read']);
      await page.locator('#make-key').click();
      const key = (await page.locator('#secret').innerText()).trim();
      assert.equal(await calls(key, '/oidc/org/members'), 200);
      assert.equal(await calls(key, '/api/v1/webhooks'), 403, 'no more than was ticked');
      await page.locator('#shown-done').click();
      assert.doesNotMatch(await page.content(), new RegExp(key), 'it is shown once');
      await page.getByRole('link', { name: 'Revoke Nightly report' }).click();
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The key was revoked.');
      assert.equal(await calls(key, '/oidc/org/members'), 401);
    }),

  'a stricter rule for apps tells what it ends, ends it, and is loosened again': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { name: 'Side project', redirect: outside.callback });
    await managing(browse, async (page, owner) => {
      const held = await connect(page, app);
      const choose = async (rule) => {
        await page.goto(at(owner, '/access'));
        await page.getByRole('link', { name: 'Allowed apps' }).click();
        await page.getByRole('radio', { name: new RegExp(`^${rule}`) }).check();
        await page.locator('#policy-next').click();
      };
      await choose('Verified apps');
      assert.match(await page.locator('main').innerText(), /1 app would lose its access at once\.\s+1 person is affected\./);
      await page.getByRole('link', { name: 'Cancel' }).click();
      assert.equal(await active(app, held.access_token), true, 'thinking better of it ends nothing');
      await choose('Verified apps');
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The rule is in force.');
      assert.equal(await active(app, held.access_token), false);
      await page.goto(request(app).url);
      assert.equal(await page.locator('#consent-allow').count(), 0, 'it is not let in');
      await choose('Every app');
      assert.match(await page.locator('main').innerText(), /Nobody loses access\./);
      await page.locator('#confirm').click();
      assert.ok((await connect(page, app)).access_token);
    });
  },

  'an app with access is looked at, and its access revoked': async () => {
    const outside = await receiver();
    const app = await prepare(await newPerson('Dora Maker'), { name: 'Side project', redirect: outside.callback });
    const guest = await newPerson('Gil Guest');
    await managing(browse, async (page, owner) => {
      await invite(owner, guest);
      const held = await browse(async (theirs) => {
        await arrive(theirs, guest);
        const { url } = request(app);
        await theirs.goto(url);
        await theirs.locator(`[id="workspace-${owner.workspace}"]`).check();
        await theirs.locator('#consent-allow').click();
        await theirs.waitForURL((there) => there.href.startsWith(outside.callback));
        return theirs.url();
      });
      assert.ok(new URL(held).searchParams.get('code'));
      await page.goto(at(owner, '/access'));
      await page.getByRole('link', { name: 'Details of Side project' }).click();
      assert.ok(await page.getByRole('row', { name: /Gil Guest/ }).isVisible());
      await page.getByRole('link', { name: 'Revoke access' }).click();
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The app has lost its access to this workspace.');
      assert.ok(await page.getByText('No app has access').isVisible());
    });
  },

  'the audit log, filtered, shows what was just done': () =>
    managing(browse, async (page, owner) => {
      await prepare(owner, { kind: 'machine', name: 'Audited job', scopes: ['contracts:read'] });
      await page.goto(at(owner, '/invitations/new'));
      await page.getByRole('radio', { name: /^Member/ }).check();
      await page.locator('#invite').click();
      await page.getByRole('link', { name: 'Audit log' }).click();
      const rows = page.locator('tbody tr');
      assert.match(await rows.first().innerText(), /Invitation created/);
      await page.getByLabel('Event', { exact: true }).selectOption('client.created');
      await page.locator('summary', { hasText: 'By whom and about what' }).click();
      await page.getByLabel('Acted').fill(owner.email);
      await page.locator('#audit-filter').click();
      assert.equal(await rows.count(), 1);
      assert.match(await rows.innerText(), /Application created.*Audited job.*Done/s);
      assert.equal(await page.getByLabel('Event', { exact: true }).inputValue(), 'client.created', 'filters stay');
      await page.getByLabel('Outcome').selectOption('refused');
      await page.locator('#audit-filter').click();
      assert.ok(await page.getByText('No event fits these filters.').isVisible());
      await page.getByRole('link', { name: 'Show all' }).click();
      assert.ok((await rows.count()) > 1);
    }),

  'a webhook is made, tried, tried again, and deleted': async () => {
    await managing(browse, async (page, owner) => {
      await page.goto(at(owner, '/webhooks'));
      await page.getByRole('link', { name: 'New webhook' }).click();
      await page.getByLabel('URL').fill('http://127.0.0.1:9/hook');
      await page.getByLabel('Description (optional)').fill('To our chat');
      await page.getByRole('radio', { name: /^Only these/ }).check();
      await tick(page, 'events', ['oauth2.client.created']);
      await page.locator('#make-webhook').click();
      // Nothing is sent into the network of the server.
      assert.ok(await page.locator('[role=alert]').innerText());
      assert.equal(await page.getByLabel('Description (optional)').inputValue(), 'To our chat');
      assert.ok(await page.locator('input[name=events][value="oauth2.client.created"]').isChecked());
      await page.getByLabel('URL').fill('https://hooks.invalid/chat');
      await page.locator('#make-webhook').click();
      assert.match(await page.locator('#secret').innerText(), /^whsec_/);
      await page.locator('#shown-done').click();
      await page.locator('#test-webhook').click();
      assert.match(await notice(page), /^A test is on its way\./);
      const row = page.locator('tbody tr');
      assert.equal(await row.count(), 1);
      await page.reload();
      // An attempt is counted when it begins; why it failed is told when it ends.
      await until(page, async () => /name/i.test(await row.locator('[data-label=Answer]').innerText()));
      assert.ok(await row.getByText(/^1 attempt$/).isVisible());
      await row.getByRole('button', { name: 'Send again' }).click();
      assert.equal(await notice(page), 'The message is on its way again.');
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.locator('#switch-webhook').click();
      assert.equal(await notice(page), 'The webhook is off.');
      await page.getByRole('link', { name: 'Delete' }).click();
      await page.locator('#confirm').click();
      assert.equal(await notice(page), 'The webhook was deleted.');
      assert.ok(await page.getByText('There is no webhook').isVisible());
    });
  },
});
