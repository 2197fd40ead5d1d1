import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../packages/package-root.js';
import { Refused, send } from './answers.js';
import type { PageRequest } from './page-request.js';
import { ROUTES } from '../wire/routes.js';

/** The three files that the page is made of, by the path that a browser asks for. */
const FILES: ReadonlyMap<string, { readonly file: string; readonly type: string }> = new Map([
  ['', { file: 'index.html', type: 'text/html; charset=utf-8' }],
  [ROUTES.script, { file: 'inspector.js', type: 'text/javascript; charset=utf-8' }],
  [ROUTES.style, { file: 'inspector.css', type: 'text/css; charset=utf-8' }],
]);

/** @returns whether the path is that of a file of the page */
export const isPageFile = (path: string): boolean => FILES.has(path);

/** Sends a file of the page, unless the browser has it already. */
export async function sendPageFile(request: PageRequest, path: string): Promise<void> {
  const { file, type } = FILES.get(path)!;
  const content = await read(file);
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  const headers = { etag, 'cache-control': 'no-cache' };
  if (request.headers['if-none-match'] === etag) {
    request.response.writeHead(304, headers).end();
    return;
  }
  send(request, 200, { type, content }, headers);
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(join(packageRoot().folder, 'dist/inspector', file));
  } catch {
    throw new Refused(500, 'failed', `${file} of the page is missing in the package nestjs-mcp-fleet. Is it built?`);
  }
}
