// Runs scenarios one after the other and prints `ok - name` or `not ok - name: why`.
import { stripVTControlCharacters } from 'node:util';

/** What `countersign demo --json` said. */
export const demo = JSON.parse(process.env.DEMO_JSON ?? 'null');

export const clientOf = (kind) => {
  const client = demo.clients.find((each) => each.kind === kind);
  if (!client) throw new Error(`the demo has no ${kind} client`);
  return client;
};

export const userWith = (workspaces) => {
  const user = demo.users.find((each) => each.workspaces.length === workspaces);
  if (!user) throw new Error(`the demo has no user with ${workspaces} workspaces`);
  return user;
};

const explain = (error) => {
  const parts = [];
  for (let at = error; at; at = at.cause instanceof Error ? at.cause : undefined) {
    parts.push([at.code, at.error, at.message].filter(Boolean).join(' '));
  }
  return stripVTControlCharacters(parts.join('; because: ')).replaceAll(/\s+/g, ' ').trim();
};

/** `scenarios`: names and functions. The exit code says whether all of them held. */
export async function run(scenarios) {
  const wanted = process.env.SCENARIOS ?? '';
  let failed = false;
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (!name.includes(wanted)) continue;
    try {
      await scenario();
      console.log(`ok - ${name}`);
    } catch (error) {
      failed = true;
      console.log(`not ok - ${name}: ${explain(error)}`);
      const frame = error.stack?.split('\n').find((line) => /openid-client\.mjs|browser\.mjs|consoles\//.test(line));
      if (frame) console.log(`   ${frame.trim()}`);
    }
  }
  if (failed) process.exitCode = 1;
}
