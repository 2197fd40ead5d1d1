import { describe, expect, it } from 'vitest';
import { parseChallenges, tokenChallenge } from '../../../lib/doctor/challenge.js';

describe('parseChallenges()', () => {
  it.each([
    ['Bearer', [{ scheme: 'bearer', parameters: {} }]],
    [
      'Bearer scope="a b", error="invalid_token", error_description="It \\"is\\" old, sorry"',
      [
        {
          scheme: 'bearer',
          parameters: { scope: 'a b', error: 'invalid_token', error_description: 'It "is" old, sorry' },
        },
      ],
    ],
    [
      'Basic realm=x, DPoP algs="ES256 PS256", Bearer Resource_Metadata = "https://a.example/x?y=1"',
      [
        { scheme: 'basic', parameters: { realm: 'x' } },
        { scheme: 'dpop', parameters: { algs: 'ES256 PS256' } },
        { scheme: 'bearer', parameters: { resource_metadata: 'https://a.example/x?y=1' } },
      ],
    ],
    ['', []],
    ['realm="of nobody"', []],
  ])('reads %j', (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });

  it('finds the challenge for tokens among others', () => {
    expect(tokenChallenge('Basic realm="x", Bearer scope="a"')).toMatchObject({ parameters: { scope: 'a' } });
    expect(tokenChallenge('Basic realm="x"')).toBeUndefined();
    expect(tokenChallenge(null)).toBeUndefined();
  });
});
