import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What the policy of the page stops is told on its console, which is watched. */
const TELL_VIOLATIONS = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('policy: ' + violatedDirective + ' ' + blockedURI));`;
/** Of one wait; what is waited for takes a moment. */
const PATIENCE_MS = 10_000;

/** The browser of `npm test`, or the one of Debian. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    // The sandbox of Chromium does not start as root, and loads nothing here but this page.
    args: ['--no-sandbox'],
  });

/** A page, and everything that it complained of: errors, its console, what its policy stopped. */
export class WatchedPage {
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {}

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const watched = new WatchedPage(page);
    page.on('pageerror', (error) => watched.complaints.push(`error: ${error.message}`));
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') watched.complaints.push(`console: ${line.text()}`);
    });
    await page.addInitScript({ content: TELL_VIOLATIONS });
    await page.goto(url);
    return watched;
  }

  /** @returns what somebody could not use who sees little, hears, or types, as far as a program can tell */
  async barriers(): Promise<readonly string[]> {
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate<AxeResult>("axe.run({ resultTypes: ['violations'] })");
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html }) => `${id} (${impact}): ${html.slice(0, 200)}`),
    );
  }

  /** Whether the page is wider than its window. */
  isTooWide(): Promise<boolean> {
    return this.page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
