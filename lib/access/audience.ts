import type { Peer } from '../exchange/peer.js';

/** The clients for which an entry exists at all, whoever their users are. */
export interface Audience {
  /** The same for entries with the same audience. */
  readonly key: string;
  includes(peer: Peer): boolean;
}
