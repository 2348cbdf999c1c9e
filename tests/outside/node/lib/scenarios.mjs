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

async function tell(name, scenario) {
  try {
    await scenario();
    console.log(`ok - ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`not ok - ${name}: ${explain(error)}`);
    // The first line of ours; what lies deeper belongs to a library.
    const frame = error.stack?.split('\n').find((line) => line.includes('/tests/outside/node/') && !/node_modules|\/lib\//.test(line));
    if (frame) console.log(`   ${frame.trim()}`);
  }
}

/** `scenarios`: names and functions, of which `atOnce` run beside one another. The exit code says whether all of them held. */
export async function run(scenarios, atOnce = 1) {
  const wanted = process.env.SCENARIOS ?? '';
  const waiting = Object.entries(scenarios).filter(([name]) => name.includes(wanted));
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await tell(...next);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
