import { headerOf, type HttpContext } from './http-context.js';

/** What the page says of the server. */
export interface WelcomeText {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  vary: 'accept',
};

/**
 * What somebody reads who opens the endpoint in a browser while the server is developed. Browsers alone ask for HTML;
 * MCP clients never do.
 */
export class Welcome {
  /** Where the page of the inspector is. `undefined` without one. */
  inspector: string | undefined;

  constructor(private readonly server: WelcomeText) {}

  /** @param http a GET @returns whether it was that of a browser, and is answered */
  answer(http: HttpContext): boolean {
    if (http.response.headersSent || !isBrowser(http)) return false;
    http.takeOver?.();
    const html = this.#html();
    http.response.writeHead(200, { ...HEADERS, 'content-length': Buffer.byteLength(html) }).end(html);
    return true;
  }

  #html(): string {
    const { name, version, title = name, description } = this.server;
    const about = description === undefined ? '' : `<p>${escaped(description)}</p>\n`;
    const more =
      this.inspector === undefined
        ? 'To look at it here, give the application a page with <code>McpInspector.setup()</code>.'
        : `To look at it here, open <a href="${escaped(this.inspector)}/">its page</a>.`;
    return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<h1>${escaped(title)}</h1>
${about}<p>This is the endpoint of an MCP server, <code>${escaped(name)}</code> ${escaped(version)}. It is meant for MCP clients: give yours the address of this page.</p>
<p>${more}</p>
`;
  }
}

const isBrowser = (http: HttpContext): boolean => {
  const accept = headerOf(http, 'accept') ?? '';
  return /(?:^|,)\s*text\/html\s*(?:;|,|$)/i.test(accept) && !/text\/event-stream/i.test(accept);
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
