import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

  it.each(['build/esm', 'dist/cjs'])('%s finds its Lua scripts', (build) => {
    const program = `
      const { defineScripts } = require('./${build}/redis/connection/scripts.js');
      const sizes = [];
      defineScripts({ defineCommand: (name, { lua }) => sizes.push(lua.length) });
      console.log(JSON.stringify(sizes));`;
    const sizes = run(program) as number[];
    expect(sizes.length).toBeGreaterThan(20);
    expect(Math.min(...sizes)).toBeGreaterThan(20);
  });

  it('the bundled ES modules have the scripts of their sources, and know where they are', async () => {
    const scriptsIn = async (folder: string) =>
      (await readdir(`${ROOT}${folder}/redis/scripts`, { recursive: true }))
        .filter((file) => file.endsWith('.lua'))
        .sort();
    expect(await scriptsIn('dist')).toEqual(await scriptsIn('lib'));
    const { LOCATION } = commonJs(`${ROOT}dist/packages/location.cjs`) as { readonly LOCATION: string };
    expect(LOCATION).toBe(`${ROOT}dist/packages`);
  });

  // Nest writes the names of modules and providers into its log, and a bundler may rename what has the name of another.
  it('every class has its name in the bundle', () => {
    const program = `
      const all = { ...require('nestjs-mcp-fleet'), ...require('nestjs-mcp-fleet/testing') };
      const classes = Object.entries(all).filter(([, value]) => /^class /.test(String(value)));
      console.log(JSON.stringify(classes.map(([exported, { name }]) => [exported, name])));`;
    const classes = run(program) as [string, string][];
    expect(classes.length).toBeGreaterThan(50);
    expect(classes.filter(([exported, name]) => exported !== name)).toEqual([]);
  });

  it('every map of sources that a program names is there', async () => {
    const files = await readdir(`${ROOT}dist`, { recursive: true });
    const missing: string[] = [];
    for (const program of files.filter((file) => /\.c?js$/.test(file))) {
      const named = /\n\/\/# sourceMappingURL=(.*)\s*$/.exec(await readFile(`${ROOT}dist/${program}`, 'utf8'))?.[1];
      if (named && !files.includes(join(dirname(program), named))) missing.push(program);
    }
    expect(missing).toEqual([]);
  });

  it('an application opens a few files, and not one for each source', async () => {
    const files = await readdir(`${ROOT}dist`, { recursive: true });
    const programs = files.filter((file) => /\.c?js$/.test(file) && !/^(cjs|inspector)\//.test(file));
    expect(programs).toEqual(expect.arrayContaining(['index.js', 'testing/index.js', 'doctor/command.js']));
    expect(programs.length).toBeLessThan(10);
  });
});
