import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a CommonJS program in this package, which finds itself by its name as an application finds it. */
const run = (program: string, ...flags: string[]): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [...flags, '--input-type=commonjs', '-e', program], { cwd: ROOT, encoding: 'utf8' }),
  );

describe('ES modules and CommonJS', () => {
  it('require() and import get the same copy, so that all state is one', () => {
    const program = `
      const required = require('nestjs-mcp-fleet');
      const testing = require('nestjs-mcp-fleet/testing');
      Promise.all([import('nestjs-mcp-fleet'), import('nestjs-mcp-fleet/testing')]).then(([imported, contracts]) => {
        const same = Object.keys(required).every((name) => required[name] === imported[name]);
        console.log(JSON.stringify([same, testing.taskStoreContract === contracts.taskStoreContract]));
      });`;
    expect(run(program)).toEqual([true, true]);
  });

  // What jest does, which loads no ES module from CommonJS: it knows the condition "require" and not "module-sync".
  const commonJs = createRequire(import.meta.url);

  it('the CommonJS build exports what the ES modules export', async () => {
    for (const entry of ['index', 'testing/index']) {
      const required = commonJs(`${ROOT}dist/cjs/${entry}.js`) as object;
      const imported = (await import(/* @vite-ignore */ `${ROOT}dist/${entry}.js`)) as object;
      expect(Object.keys(required).sort()).toEqual(Object.keys(imported).sort());
    }
  });

  it('the CommonJS build loads no ES module of this package', () => {
    const program = `
      require('./dist/cjs/index.js');
      require('./dist/cjs/testing/index.js');
      const own = Object.keys(require.cache).filter((file) => file.startsWith(process.cwd() + '/dist/'));
      console.log(JSON.stringify(own.filter((file) => !file.includes('/dist/cjs/'))));`;
    expect(run(program)).toEqual([]);
  });

  it.each(['dist', 'dist/cjs'])('%s finds its Lua scripts', (build) => {
    const program = `
      const { defineScripts } = require('./${build}/redis/connection/scripts.js');
      const sizes = [];
      defineScripts({ defineCommand: (name, { lua }) => sizes.push(lua.length) });
      console.log(JSON.stringify(sizes));`;
    const sizes = run(program) as number[];
    expect(sizes.length).toBeGreaterThan(20);
    expect(Math.min(...sizes)).toBeGreaterThan(20);
  });
});
