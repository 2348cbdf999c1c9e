// A receiver of webhooks on this machine, as its developer would write it from the documentation.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const LIMIT_MS = 20_000;
const MOST_SECONDS_OFF = 300;

/** Whether a message was signed with the secret, just now. */
export function isSigned(secret, { headers, body }) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`).update(body);
  const expected = Buffer.from(`v1,${signed.digest('base64')}`);
  const fits = (one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected);
  const off = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']));
  return headers['webhook-signature'].split(' ').some(fits) && off < MOST_SECONDS_OFF;
}

/** Answers messages with these statuses, one after the other, and with 204 after them. */
export async function hook(...answers) {
  const [arrived, waiting] = [[], []];
  const server = createServer(async (request, response) => {
    const { method, headers } = request;
    const message = { method, headers, body: Buffer.concat(await request.toArray()) };
    response.writeHead(answers.shift() ?? 204).end();
    const take = waiting.shift();
    if (take) take(message);
    else arrived.push(message);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It ends with the program.
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}/in`,
    /** Messages that nobody asked for yet. */
    arrived,
    /** The next message, once it is here. */
    next: () =>
      arrived.length
        ? Promise.resolve(arrived.shift())
        : new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error('no message arrived')), LIMIT_MS);
            waiting.push((message) => { clearTimeout(late); resolve(message); });
          }),
  };
}
