import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../lib/options/resolve-options.js';
import { read } from './documents.js';

const document = read('docs/deploy.md');
const blocks = (language: string) =>
  [...document.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);
const [deployment = '', ...routes] = blocks('yaml');
const [nginx = ''] = blocks('nginx');
const [application = ''] = blocks('ts');
const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)![1]);

const { drainTimeoutMs, keepAliveMs, maxBodyBytes, path } = resolveOptions({ name: 'shop', version: '1.0.0' });

describe('docs/deploy.md', () => {
  it('the grace period of the pods is longer than preStop and the drain timeout together', () => {
    const grace = numberIn(deployment, /terminationGracePeriodSeconds: (\d+)/);
    const preStop = numberIn(deployment, /sleep: \{ seconds: (\d+) \}/);
    expect(grace).toBeGreaterThanOrEqual(preStop + drainTimeoutMs / 1000 + 5);
  });

  it('the probes ask for routes that the application has', () => {
    const probed = [...deployment.matchAll(/httpGet: \{ path: \/(\w+),/g)].map(([, route]) => route);
    expect(new Set(probed)).toEqual(new Set(['live', 'ready']));
    for (const route of probed) expect(application).toContain(`@Get('${route}')`);
  });

  it('proxies wait longer than the keep-alive, and take the largest body', () => {
    expect(numberIn(nginx, /proxy_read_timeout (\d+)h;/) * 3_600_000).toBeGreaterThan(keepAliveMs);
    expect(numberIn(nginx, /client_max_body_size (\d+)m;/) * 1024 * 1024).toBe(maxBodyBytes);
    const [ingress = ''] = routes;
    expect(numberIn(ingress, /proxy-read-timeout: '(\d+)'/) * 1000).toBeGreaterThan(keepAliveMs);
    expect(numberIn(ingress, /proxy-body-size: (\d+)m/) * 1024 * 1024).toBe(maxBodyBytes);
  });

  it.each([['nginx', nginx], ...routes.map((route) => [/^kind: (\w+)$/m.exec(route)![1], route])])(
    '%s leads to the endpoint and to the well-known paths',
    (_name, text) => {
      expect(text).toMatch(new RegExp(`(?:= |path: |value: )${path as string}\\b`));
      expect(text).toContain('/.well-known/oauth-protected-resource');
    },
  );

  it('the process of the image gets its signals itself', () => {
    expect(blocks('dockerfile')[0]).toMatch(/^CMD \["node", /m);
  });
});
