import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { ExternalContextCreator, NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import * as container from '../../../lib/nest/container.js';
import { deriveCreator } from '../../../lib/nest/context-creator.js';
import * as keys from '../../../lib/nest/metadata-keys.js';

const ROOM = new URL('../../../lib/nest/', import.meta.url);
const version = (
  JSON.parse(readFileSync(new URL('../../../node_modules/@nestjs/core/package.json', import.meta.url), 'utf8')) as {
    version: string;
  }
).version;

/** The names that a file of the room passes on from inside of a Nest package, without the types. */
const passedOn = (text: string): string[] =>
  [...text.matchAll(/^export (?!type)\{([^}]*)\} from '@nestjs\/[^']*'/gm)].flatMap(([, names]) =>
    names!.split(',').map((name) => name.trim()),
  );

describe(`the parts of Nest ${version} that have no public entry`, () => {
  const named = { ...container, ...keys } as Record<string, unknown>;
  const expected = readdirSync(ROOM).flatMap((file) =>
    passedOn(readFileSync(fileURLToPath(new URL(file, ROOM)), 'utf8')),
  );

  it('the room passes some on', () => {
    expect(expected).toEqual(expect.arrayContaining(['Injector', 'PATH_METADATA', 'RouteParamtypes']));
  });

  it.each(expected.filter(Boolean))('%s is there', (name) => {
    expect(named[name]).toBeDefined();
  });

  it("the creator of external contexts has the parts that are replaced, and a derived one leaves the application's alone", async () => {
    class App {}
    Module({})(App);
    const app = await NestFactory.createApplicationContext(App, { logger: false });
    const creator = app.get(ExternalContextCreator);
    const before = { ...creator };
    const interceptorsConsumer = {};
    const derived = deriveCreator(creator, (parts) => ({ ...parts, interceptorsConsumer }));
    expect(derived).toMatchObject({ interceptorsConsumer });
    expect({ ...creator }).toEqual(before);
    await app.close();
  });

  it('a creator with other parts is refused with the supported versions', () => {
    expect(() => deriveCreator({} as ExternalContextCreator, (parts) => parts)).toThrow('Use ^11.1.0 or ^12.0.0.');
  });
});
