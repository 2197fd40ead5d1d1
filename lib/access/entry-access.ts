import type { Exchange } from '../exchange/exchange.js';
import type { JsonObject } from '../protocol/messages.js';
import type { AccessOperation } from './access-policy.js';
import type { Audience } from './audience.js';

/** A policy or guard, bound to one primitive. It may throw, which denies. */
export type BoundPolicy = (
  exchange: Exchange,
  operation: AccessOperation,
  args?: Readonly<JsonObject>,
) => boolean | Promise<boolean>;

/** Who may use one entry of the catalog. */
export interface EntryAccess {
  /** The same for entries about which every caller gets the same decision. */
  readonly key: string;
  readonly isPublic: boolean;
  readonly scopes: readonly string[];
  readonly roles: readonly (readonly string[])[];
  readonly policies: readonly BoundPolicy[];
  /** The clients for which it exists. `undefined` for all. */
  readonly audience?: Audience | undefined;
  /** Whether each call names a thing of its own, whose existence is hidden too: the resources of a template. */
  readonly isTemplate: boolean;
}

/** An entry without a rule: for every caller, unless anonymous ones may only use what is public. */
export const UNDECLARED: EntryAccess = {
  key: '',
  isPublic: false,
  scopes: [],
  roles: [],
  policies: [],
  isTemplate: false,
};

/** The rule of an entry, for these clients only. */
export const forAudience = (audience: Audience, access: EntryAccess = UNDECLARED): EntryAccess => ({
  ...access,
  key: `${audience.key} ${access.key}`,
  audience,
});
