import type { ByteAccount, ByteBudget } from '../../limits/byte-budget.js';
import type { Turns } from '../../limits/turns.js';
import type { Observer } from '../../observe/observer.js';
import { grantOrigin } from './cors.js';
import { sendContinue } from './expectations.js';
import type { HttpContext } from './http-context.js';
import { BODY_TOO_LARGE, CHUNKS_TOO_SMALL, judgeHead } from './judge-head.js';
import type { OriginPolicy } from './origin-policy.js';
import { closeWithConnection } from './pipelined.js';
import { type BodyRefusal, discardBody, readBody } from './read-body.js';
import { refuse, refuseBytes } from './refuse.js';
import type { ChallengeWriter } from './step-up.js';

/** A body that was read, with the account that holds its bytes until the request is over. */
export interface ReceivedBody {
  /** Dropped once it is parsed: a request may be served for long, and need not be held twice. */
  bytes: Buffer | undefined;
  readonly account: ByteAccount;
}

export interface RequestReceiverParts {
  readonly policy: OriginPolicy;
  readonly budget: ByteBudget;
  readonly limits: { readonly maxBodyBytes: number };
  readonly observer: Observer;
  /** Default: challenges that do not say where to get a token. */
  readonly challenges?: ChallengeWriter | undefined;
}

/** Judges the head of each request, then reads its body, before anything is known about who sent it. */
export class RequestReceiver {
  constructor(
    private readonly parts: RequestReceiverParts,
    private readonly turns: Turns,
  ) {}

  /**
   * Judges the head, then reads the body of a POST; never throws or rejects.
   *
   * @returns `undefined` for a request that was refused, and answered; a promise only if there is a body to wait for
   */
  receive(http: HttpContext): ReceivedBody | undefined | Promise<ReceivedBody | undefined> {
    const { observer, policy, limits, challenges, budget } = this.parts;
    http.observer = observer;
    const refusal = judgeHead(http, policy, limits.maxBodyBytes);
    if (refusal) {
      discardBody(http.raw);
      if (refusal.status !== 403) grantOrigin(http);
      refuse(http, refusal.status, refusal.error);
      return undefined;
    }
    closeWithConnection(http.response, http.raw.socket);
    http.turns = this.turns;
    http.challenges = challenges;
    const account = (http.account = budget.open(http.remoteAddress));
    const reading = this.#read(http, account);
    return reading instanceof Promise
      ? reading.then((bytes) => received(http, account, bytes))
      : received(http, account, reading);
  }

  #read(
    { verb, body, raw, response }: HttpContext,
    account: ByteAccount,
  ): Buffer | BodyRefusal | Promise<Buffer | BodyRefusal> {
    const { maxBodyBytes } = this.parts.limits;
    if (Buffer.isBuffer(body)) return body.length > maxBodyBytes ? 'too-large' : (account.grow(body.length) ?? body);
    sendContinue(raw, response);
    // Bodies of other verbs are read as well, and dropped: a parser behind this one would take what is left for its
    // own.
    const hasBody = raw.headers['content-length'] !== undefined || raw.headers['transfer-encoding'] !== undefined;
    return hasBody || verb === 'POST' ? readBody(body, maxBodyBytes, account) : NO_BODY;
  }
}

export const NO_BODY = Buffer.alloc(0);

function received(http: HttpContext, account: ByteAccount, bytes: Buffer | BodyRefusal): ReceivedBody | undefined {
  if (Buffer.isBuffer(bytes)) return { bytes, account };
  account.close();
  refuseBody(http, bytes);
  return undefined;
}

function refuseBody(http: HttpContext, refusal: BodyRefusal): void {
  if (refusal === 'aborted') return;
  discardBody(http.raw);
  grantOrigin(http);
  if (refusal === 'too-large') return refuse(http, BODY_TOO_LARGE.status, BODY_TOO_LARGE.error);
  if (refusal === 'chunks-too-small') return refuse(http, CHUNKS_TOO_SMALL.status, CHUNKS_TOO_SMALL.error);
  refuseBytes(http, refusal);
}
