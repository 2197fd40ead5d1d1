import type { ExternalContextCreator } from '@nestjs/core';
import type { EnhancerChoice, GlobalEnhancers } from '../decorators/global-enhancers.js';
import type { EnhancersCreator, EnhancersCreators } from '../nest/context-creator.js';
import { type ClassPipe, isClassValidator } from './nest-pipes.js';
import { WatchedInterceptor, type Interceptor } from './watched-interceptor.js';

/** How many enhancers were made. Reset before a context is created. */
export interface EnhancerTally {
  made: number;
  /** Others, which leave whole arguments alone. */
  sparing: number;
}

export interface ChosenEnhancers {
  readonly creator: ExternalContextCreator;
  readonly tally: EnhancerTally;
}

/** Derives a creator of external contexts in which only the chosen global enhancers run. */
export function chooseEnhancers(creator: ExternalContextCreator, choice: GlobalEnhancers): ChosenEnhancers {
  const creators = creator as unknown as EnhancersCreators;
  const tally = { made: 0, sparing: 0 };
  const chosen = Object.assign(Object.create(creator) as ExternalContextCreator, {
    guardsContextCreator: counting(choosing(creators.guardsContextCreator, choice.guards), tally),
    interceptorsContextCreator: counting(
      watching(choosing(creators.interceptorsContextCreator, choice.interceptors)),
      tally,
    ),
    pipesContextCreator: counting(sparingArguments(choosing(creators.pipesContextCreator, choice.pipes)), tally),
    filtersContextCreator: counting(naming(choosing(creators.filtersContextCreator, choice.filters)), tally),
  });
  return { creator: chosen, tally };
}

const counting = (creator: EnhancersCreator, tally: EnhancerTally): EnhancersCreator =>
  derive(creator, {
    createConcreteContext(...args) {
      const made = creator.createConcreteContext.apply(this, args);
      const sparing = made.filter((one) => one instanceof SparingPipe).length;
      tally.sparing += sparing;
      tally.made += made.length - sparing;
      return made;
    },
  });

type Derived = Partial<Pick<EnhancersCreator, 'getGlobalMetadata' | 'createConcreteContext'>>;

/** The derived creator keeps state of its own, such as the module that Nest sets on it. */
const derive = (creator: EnhancersCreator, members: Derived): EnhancersCreator =>
  Object.assign(Object.create(creator) as EnhancersCreator, members);

function choosing(creator: EnhancersCreator, choice: EnhancerChoice = true): EnhancersCreator {
  if (choice === true) return creator;
  const isChosen = predicateOf(choice);
  return derive(creator, {
    getGlobalMetadata(...args) {
      return creator.getGlobalMetadata.apply(this, args).filter(isChosen);
    },
  });
}

function predicateOf(choice: Exclude<EnhancerChoice, true>): (enhancer: unknown) => boolean {
  if (choice === false) return () => false;
  if (!('except' in choice)) return (enhancer) => choice.some((type) => enhancer instanceof type);
  return (enhancer) => !choice.except.some((type) => enhancer instanceof type);
}

/** Remembers which enhancers are global, and changes what is made of each. */
function adapting(creator: EnhancersCreator, adapt: (enhancer: unknown, isGlobal: boolean) => unknown) {
  const globals = new WeakSet();
  return derive(creator, {
    getGlobalMetadata(...args) {
      const found = creator.getGlobalMetadata.apply(this, args);
      for (const one of found) globals.add(one as object);
      return found;
    },
    createConcreteContext(...args) {
      const made = creator.createConcreteContext.apply(this, args);
      return made.map((one) => adapt(one, globals.has(one as object)));
    },
  });
}

const watching = (creator: EnhancersCreator): EnhancersCreator =>
  adapting(creator, (interceptor, isGlobal) => new WatchedInterceptor(interceptor as Interceptor, isGlobal));

const sparingArguments = (creator: EnhancersCreator): EnhancersCreator =>
  adapting(creator, (pipe, isGlobal) => (isGlobal && isClassValidator(pipe) ? new SparingPipe(pipe) : pipe));

/**
 * Arguments that the schema has accepted never meet a global pipe that would validate them against the parameter's
 * class: an explicit `input` may allow what that class does not know.
 */
class SparingPipe {
  constructor(private readonly pipe: ClassPipe) {}

  transform(value: unknown, metadata: { readonly data?: unknown; readonly type: string }): unknown {
    return metadata.data === undefined && metadata.type !== 'custom' ? value : this.pipe.transform(value, metadata);
  }
}

interface MadeFilter {
  readonly func: (error: unknown, host: { getArgByIndex(index: number): unknown }) => unknown;
}

/** Notes which filter handled an error, for the message about a value that does not fit. */
const naming = (creator: EnhancersCreator): EnhancersCreator =>
  derive(creator, {
    createConcreteContext(metadata, ...rest) {
      return (metadata ?? []).flatMap((one) => {
        const name = typeof one === 'function' ? one.name : (one as object).constructor.name;
        const made = creator.createConcreteContext.call(this, [one], ...rest) as MadeFilter[];
        return made.map((filter): MadeFilter => ({ ...filter, func: noting(name, filter.func) }));
      });
    },
  });

const noting =
  (name: string, func: MadeFilter['func']): MadeFilter['func'] =>
  (error, host) => {
    (host.getArgByIndex(2) as { filteredBy?: string }).filteredBy = name;
    return func(error, host);
  };
