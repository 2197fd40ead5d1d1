import { describe, expect, it } from 'vitest';
import { codeOf, read, rowsOf } from '../docs/documents.js';
import { inspectorSettings, type McpInspectorOptions } from '../../../lib/inspector/inspector-options.js';

class Nobody {
  canActivate(): boolean {
    return false;
  }
}

describe('options of the inspector', () => {
  it('docs/inspector.md lists each of them with its default', () => {
    const { guards: _, ...defaults } = inspectorSettings({}, 'development');
    const documented = rowsOf(read('docs/inspector.md')).flatMap(([first, fallback]) => {
      const name = codeOf(first);
      return name === undefined ? [] : [[name, codeOf(fallback) ?? fallback]];
    });
    const all = { guard: 'none', server: 'none', ...defaults };
    expect(Object.fromEntries(documented)).toEqual(
      Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)])),
    );
  });

  it('show and change nothing that was not allowed', () => {
    expect(inspectorSettings({}, 'development')).toEqual({
      guards: [],
      actions: false,
      showArguments: false,
      showPrincipals: false,
      maxWatchers: 8,
      maxCallsPerSecond: 50,
    });
  });

  it('a page without a guard is refused in production', () => {
    expect(() => inspectorSettings({}, 'production')).toThrow('has no guard, and NODE_ENV is production');
    expect(() => inspectorSettings({ guard: [] }, 'production')).toThrow('has no guard');
  });

  it.each([Nobody, new Nobody(), [Nobody]])('a page with a guard is not refused in production', (guard) => {
    expect(inspectorSettings({ guard }, 'production').guards).toHaveLength(1);
  });

  it.each([
    [{ guards: Nobody }, 'has no option "guards"'],
    [{ guard: 'admin' }, 'option "guard" must be a class or an object with canActivate()'],
    [{ guard: class NoGuard {} }, 'option "guard" must be a class or an object with canActivate()'],
    [{ actions: 'yes' }, 'option "actions" must be true or false'],
    [{ maxWatchers: 0 }, 'option "maxWatchers" is 0; it must be a whole number from 1 to 1000'],
    [{ maxCallsPerSecond: 1.5 }, 'option "maxCallsPerSecond" is 1.5'],
  ])('%o is refused', (options, sentence) => {
    expect(() => inspectorSettings(options as McpInspectorOptions)).toThrow(sentence);
  });
});
