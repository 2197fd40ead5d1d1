import { InsufficientScopeError } from 'nestjs-mcp-fleet';
import { expect, it } from 'vitest';
import { httpStatusOf, wireError } from '../../../lib/protocol/wire-error.js';

it.each(['modern', 'legacy'] as const)(
  'O-8 the error for missing scopes names all scopes of the operation (%s)',
  (era) => {
    const error = new InsufficientScopeError(['files:read', 'files:write']);
    expect(wireError(error, era)).toEqual({
      code: 403,
      message: 'This needs the scope files:read files:write',
      data: { requiredScopes: ['files:read', 'files:write'] },
    });
    expect(httpStatusOf(error)).toBe(403);
  },
);
