import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, read, ROOT } from './documents.js';

interface Example {
  /** Where it stands, for the name of the test. */
  readonly place: string;
  readonly file: string;
  readonly code: string;
}

/** A hidden prelude, if the block needs one, and the block. */
const BLOCK = /(?:<!-- prelude\n([\s\S]*?)-->\s*)?^```ts\n([\s\S]*?)^```/gm;

const examples = DOCUMENTS.flatMap((document): Example[] => {
  const markdown = read(document);
  return [...markdown.matchAll(BLOCK)].map((match, index) => {
    const [, prelude = '', block = ''] = match;
    const line = markdown.slice(0, match.index).split('\n').length;
    const name = `${document.replace(/\W/g, '-')}-${index + 1}.example.ts`;
    return { place: `${document}:${line}`, file: join(ROOT, 'test', name), code: `${prelude}\n${block}\nexport {};\n` };
  });
});

/** All examples at once: most of the time goes into reading the types of the libraries. */
function compile(): ts.Program {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: ts.CompilerOptions };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const paths = {
    'nestjs-mcp-fleet': ['./lib/index.ts'],
    'nestjs-mcp-fleet/testing': ['./lib/testing/index.ts'],
  };
  const all: ts.CompilerOptions = { ...options, noEmit: true, configFilePath: join(ROOT, 'tsconfig.json'), paths };
  const host = ts.createCompilerHost(all);
  const codes = new Map(examples.map(({ file, code }) => [file, code]));
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (file) => codes.has(file) || fileExists.call(host, file);
  host.readFile = (file) => codes.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, version, ...rest) => {
    const code = codes.get(file);
    return code === undefined
      ? getSourceFile.call(host, file, version, ...rest)
      : ts.createSourceFile(file, code, version, true);
  };
  return ts.createProgram([...codes.keys()], all, host);
}

let program: ts.Program | undefined;

describe('the examples of the documents', () => {
  it('the documents contain examples', () => {
    expect(examples.length).toBeGreaterThan(15);
  });

  it.each(examples)(
    'compile: $place',
    ({ file }) => {
      program ??= compile();
      const source = program.getSourceFile(file);
      const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
    },
    120_000,
  );
});
