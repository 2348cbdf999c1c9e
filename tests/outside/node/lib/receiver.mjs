// A server of somebody else's, on this machine: it shows pages and remembers what it was sent.
import { once } from 'node:events';
import { createServer } from 'node:http';

/** `pages`: HTML by path. Any other path answers, too: an application's redirect URI is one. */
export async function receiver(pages = {}) {
  const received = [];
  const server = createServer((request, response) => {
    received.push(new URL(request.url, 'http://receiver'));
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(pages[request.url] ?? '<!doctype html><html lang="en"><title>Back</title><link rel="icon" href="data:,"><h1>Back</h1>');
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
