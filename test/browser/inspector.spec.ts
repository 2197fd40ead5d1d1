import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { modern } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { launch, WatchedPage } from './browser.js';
import { PagedInstance } from './instances.js';

const TRY = ['tools', 'resources', 'prompts', 'messages'];
const FLEET = ['instances', 'sessions', 'calls', 'latency', 'questions', 'tasks', 'redis', 'refusals'];
const SECTIONS = [...TRY.map((one) => `try/${one}`), ...FLEET.map((one) => `fleet/${one}`)];

/** The label of the input that has the focus, or the text of what else has it. */
const FOCUSED = '(document.activeElement.labels?.[0] ?? document.activeElement).textContent';

let redis: RedisServer;
let first: PagedInstance;
let second: PagedInstance;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  redis = await RedisServer.start();
  [first, second, browser] = await Promise.all([
    PagedInstance.start('north', redis.url),
    PagedInstance.start('south', redis.url),
    launch(),
  ]);
  watched = await WatchedPage.open(browser, `${first.origin}/inspector`);
  ({ page } = watched);
  await page.getByText('2 instances').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([first?.kill(), second?.kill()]);
  await redis?.dispose();
});

/** Goes there as a person does, by the address; everything else of the page stays as it is. */
const go = (path: string, to = page): Promise<unknown> => to.goto(`${first.origin}/inspector/#/${path}`);
const result = (): Locator => page.getByLabel('Result', { exact: true });
const button = (name: string, within: Page | Locator = page): Locator =>
  within.getByRole('button', { name, exact: true });
const row = (table: string, text: string | RegExp): Locator =>
  page.getByRole('table', { name: table, exact: true }).getByRole('row').filter({ hasText: text }).first();
/** A call of another client, which arrives at this instance. */
const callAt = ({ port }: PagedInstance, name: string, args: object = {}) =>
  send(port, modern('tools/call', { name, arguments: args }));
const chooseEra = (era: 'modern' | 'legacy') =>
  page
    .getByLabel('Protocol')
    .selectOption(era)
    .then(() => page.getByText('connected', { exact: true }).waitFor());

describe('the page of the inspector in a browser', () => {
  describe.each(['modern', 'legacy'] as const)('as a client, %s', (era) => {
    beforeAll(async () => {
      await go('try/tools/forecast');
      await chooseEra(era);
    });

    it('a tool is called through its form', async () => {
      await go('try/tools/forecast');
      await page.getByLabel('City').fill('Oslo');
      await page.getByLabel('Days').fill('2');
      await page.getByLabel('Unit').selectOption('Celsius');
      await page.getByLabel('rain').check();
      await button('Call').click();
      await result().getByText('done', { exact: true }).waitFor();
      const text = await result().textContent();
      expect(text).toContain('"city": "Oslo"');
      expect(text).toContain('Day 2');
      expect(text).toContain('Looking for a station in Oslo');
    });

    it('what the form lacks is said, and nothing is sent', async () => {
      await go('try/tools/book');
      await button('Call').click();
      await page.getByRole('alert').getByText('City is required.').waitFor();
      expect(await result().count()).toBe(0);
    });

    it('questions of the server are answered in the page', async () => {
      await go('try/tools/book');
      await page.getByLabel('City').fill('Lisbon');
      await button('Call').click();
      const question = page.getByRole('region', { name: 'The server asks' });
      await question.getByText('Which part of Lisbon?').waitFor();
      await question.getByLabel('Region').selectOption('south');
      await button('Answer', question).click();
      await question.getByText('Who travels?').waitFor();
      await question.getByLabel('Travellers').fill('2');
      await button('Answer', question).click();
      await result().getByText('Booked Lisbon (south) for 2.').waitFor();
    });

    it('a question is declined, whatever its form requires', async () => {
      await go('try/tools/book');
      await page.getByLabel('City').fill('Porto');
      await button('Call').click();
      await page.getByText('Which part of Porto?').waitFor();
      await button('Decline').click();
      await result().getByText('tool error').waitFor();
    });

    it('a resource of a template is read, and a prompt is made', async () => {
      await go(`try/resources/${encodeURIComponent('weather://{city}/now')}`);
      await page.getByLabel('city').fill('Quito');
      await button('Read').click();
      await result().getByText('"degrees": 17').waitFor();
      await go('try/prompts/plan');
      await page.getByLabel('City').fill('Quito');
      await button('Get').click();
      await result().getByText('Plan a day outside in Quito.').waitFor();
    });
  });

  it('pictures are shown, links lead to resources, errors are errors', async () => {
    await go('try/tools/picture');
    await button('Call').click();
    const picture = page.getByRole('img', { name: /svg/ });
    await picture.waitFor();
    expect(await picture.evaluate((image: { naturalWidth?: number }) => image.naturalWidth)).toBe(48);
    await result().getByRole('link', { name: 'Oslo now' }).click();
    await button('Read').click();
    await result().getByText('"degrees": 9').waitFor();
    await go('try/tools/broken');
    await button('Call').click();
    await result().getByText('tool error').waitFor();
  });

  it('a call can be copied as a command, and everything that was sent is kept', async () => {
    await chooseEra('modern');
    await go('try/tools/forecast');
    await page.getByLabel('City').fill("L'Aquila");
    await button('As curl').click();
    const command = await page.getByLabel('Command for a terminal').textContent();
    expect(command).toContain(`curl -N '${first.origin}/mcp'`);
    expect(command).toContain("L'\\''Aquila");
    await go('try/messages');
    await page.getByText('tools/call').first().waitFor();
  });

  it('calls of all instances are on the tape, filtered, and each is a timeline', async () => {
    await go('fleet/calls');
    await callAt(second, 'forecast', { city: 'Rome' });
    await callAt(first, 'broken');
    await row('Calls', /forecast.*south/).waitFor();
    await row('Calls', /broken.*north/).waitFor();
    await page.getByLabel('Filter').fill('instance:south -status:error duration:<60s');
    await row('Calls', 'broken').waitFor({ state: 'detached' });
    await row('Calls', 'forecast').getByRole('link').click();
    await page.getByRole('table', { name: 'Timeline' }).getByRole('row').filter({ hasText: 'south' }).first().waitFor();
    expect(await watched.barriers()).toEqual([]);
  });

  it('a call whose answer came to another instance is one timeline', async () => {
    const session = await LegacySession.open(first.port, { capabilities: { elicitation: {} } });
    const asking = await session.stream('book', { city: 'Oslo' });
    const question = await asking.message(({ method }) => method === 'elicitation/create');
    await session.at(second.port).post({ jsonrpc: '2.0', id: question.id, result: { action: 'decline' } });
    await asking.end();
    await go('fleet/calls');
    await row('Calls', /book.*wire/)
      .getByRole('link')
      .click();
    await row('Timeline', /^question.*north/).waitFor();
    await row('Timeline', /^answer.*south/).waitFor();
    await session.end();
  });

  it('latencies and errors are figures and plots', async () => {
    await go('fleet/latency');
    await row('Latency by what was called', 'broken').waitFor();
    const cells = await row('Latency by what was called', 'forecast').getByRole('cell').allTextContents();
    expect(cells.slice(2)).toEqual(cells.slice(2).map(() => expect.stringMatching(/^[\d.]+ m?s$/)));
    await row('Latency by what was called', 'forecast').getByRole('button').click();
    await page.getByRole('img', { name: /Duration of forecast. Latest: p50 [\d.]+ m?s, p95/ }).waitFor();
  });

  it('a session is shown with the instance of its stream, and ended', async () => {
    const session = await LegacySession.open(second.port);
    const stream = await session.get();
    await go('fleet/sessions');
    await row('Sessions', /wire.*on south/).waitFor();
    const end = row('Sessions', /wire.*on south/).getByRole('button');
    await end.click();
    await end.filter({ hasText: 'Sure?' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: /wire.*on south/ })
      .waitFor({ state: 'detached' });
    expect((await session.post(session.message('tools/list'))).status).toBe(404);
    await stream.end();
  });

  it('a task is followed and cancelled, and the fleet shows who runs it', async () => {
    await go('try/tools/write_report');
    await button('Call').click();
    await result()
      .getByText(/Wrote page \d+/)
      .waitFor();
    await go('fleet/tasks');
    await row('Tasks', /write_report.*working.*north/).waitFor();
    const cancel = row('Tasks', 'write_report').getByRole('button');
    await cancel.click();
    await cancel.filter({ hasText: 'Sure?' }).click();
    await row('Tasks', 'cancelled').waitFor();
    await go('try/tools/write_report');
    await result().getByText('cancelled', { exact: true }).waitFor();
  });

  it('a question that waits is shown with its age', async () => {
    await go('try/tools/book');
    await chooseEra('legacy');
    await page.getByLabel('City').fill('Rome');
    await button('Call').click();
    await page.getByRole('region', { name: 'The server asks' }).waitFor();
    await go('fleet/questions');
    await row('Open questions', /book.*elicitation.*north/).waitFor();
    await go('try/tools/book');
    await button('Cancel', result()).click();
    await chooseEra('modern');
  });

  it('the memory of Redis is shown by family', async () => {
    await go('fleet/redis');
    await row('Keys of this server', 'tasks').waitFor();
  });

  it.each(SECTIONS)('the section %s opens, and has nothing that somebody could not use', async (section) => {
    await go(section);
    await page.locator('article, .split').first().waitFor();
    expect(await watched.barriers()).toEqual([]);
  });

  it('everything is done with the keyboard alone', async () => {
    await go('try/tools');
    await page.reload();
    await page.getByText('connected', { exact: true }).waitFor();
    const press = (key: string) => page.keyboard.press(key);
    const tabTo = async (text: string) => {
      for (let steps = 0; steps < 60; steps++) {
        if ((await page.evaluate<string>(FOCUSED)).startsWith(text)) return;
        await press('Tab');
      }
      throw new Error(`The keyboard does not reach "${text}".`);
    };
    await press('Tab');
    expect(await page.evaluate(FOCUSED)).toBe('Skip to the content');
    await press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await tabTo('forecast');
    await press('Enter');
    await page.getByLabel('City').waitFor();
    await tabTo('City');
    await page.keyboard.type('Oslo');
    await press('Enter');
    await result().getByText('done', { exact: true }).waitFor();
  });

  it('it complained of nothing until now: no errors, no warnings, and nothing that its policy stopped', () => {
    expect(watched.complaints).toEqual([]);
  });

  it('it fits into 320 pixels, and can be read in the dark', async () => {
    const options = { viewport: { width: 320, height: 640 }, colorScheme: 'dark' } as const;
    const narrow = await WatchedPage.open(browser, `${first.origin}/inspector/`, options);
    for (const section of ['try/tools/forecast', ...SECTIONS]) {
      await go(section, narrow.page);
      await narrow.page.locator('article, .split').first().waitFor();
      expect([section, await narrow.isTooWide()]).toEqual([section, false]);
    }
    await go('fleet/instances', narrow.page);
    await narrow.page.getByText('south').first().waitFor();
    expect(await narrow.barriers()).toEqual([]);
    expect(narrow.complaints).toEqual([]);
    await narrow.close();
  });

  it('an instance that is killed while the page watches is said to be gone', async () => {
    await go('fleet/instances');
    await row('Instances', 'south').waitFor();
    await second.kill();
    await page.getByText('south was lost').waitFor();
    await page.getByText(/south is gone: nothing was heard from it since/).waitFor();
    await page.getByText('1 instance', { exact: true }).waitFor();
    expect(watched.complaints).toEqual([]);
  });

  it('when the instance of the page itself is killed, the page says that what it shows is from before', async () => {
    await first.kill();
    await page
      .getByRole('alert')
      .getByText(/What is shown is from before/)
      .waitFor();
  });
});
