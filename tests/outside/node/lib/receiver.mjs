// A server of somebody else's, on this machine: it shows pages and remembers what it was sent.
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * `pages`: HTML by path. Any other path answers, too: an application's redirect URI is one. `onward` names where it sends
 * people on from an address, if anywhere.
 */
export async function receiver(pages = {}, onward = () => undefined) {
  const received = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://receiver');
    received.push(url);
    const next = onward(url);
    if (next) return response.writeHead(302, { location: next }).end();
    response.setHeader('content-type', 'text/html; charset=utf-8');
    return response.end(pages[request.url] ?? '<!doctype html><html lang="en"><title>Back</title><link rel="icon" href="data:,"><h1>Back</h1>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It ends with the program.
  server.unref();
  const { port } = server.address();
  return {
    received,
    url: `http://127.0.0.1:${port}`,
    callback: `http://127.0.0.1:${port}/callback`,
  };
}
