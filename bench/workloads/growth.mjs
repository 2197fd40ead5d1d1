/** How the cost of a request grows with the number of tools, its size, and the requests in flight. */
import { callForText, callWithText, forms, listOf } from '../forms.mjs';
import { serverOf } from '../targets.mjs';

export const growthTools = {
  name: 'growth-tools',
  entries: ({ options }) =>
    options.toolCounts.flatMap((tools) => [
      // Calls first, and so with the longer warm-up: they need it more than lists.
      {
        name: `call fleet ${tools}`,
        server: serverOf('fleet', undefined, { tools }),
        prepare: forms['call-modern'],
      },
      { name: `list fleet ${tools}`, server: serverOf('fleet', undefined, { tools }), prepare: listOf(tools) },
      { name: `list node:http ${tools}`, server: serverOf('node:http', undefined, { tools }), prepare: listOf(tools) },
    ]),
};

/** Few at a time: what one client may have in flight is bounded by bytes. */
const LARGE_IN_FLIGHT = 8;

export const growthBytes = {
  name: 'growth-bytes',
  batch: 'requests',
  entries: ({ redis, options }) =>
    options.bytes.flatMap((bytes) =>
      ['nest-validated', 'fleet'].flatMap((target) => {
        const server = serverOf(target, redis);
        return [
          { name: `arguments ${target} ${bytes}`, server, prepare: callWithText(bytes), connections: LARGE_IN_FLIGHT },
          { name: `results ${target} ${bytes}`, server, prepare: callForText(bytes), connections: LARGE_IN_FLIGHT },
        ];
      }),
    ),
};

export const growthInFlight = {
  name: 'growth-in-flight',
  batch: 'requests',
  entries: ({ redis, options }) =>
    options.inFlight.flatMap((connections) => [
      ...['nest-validated', 'fleet'].map((target) => ({
        name: `call-modern ${target} ${connections}`,
        server: serverOf(target, redis),
        prepare: forms['call-modern'],
        connections,
      })),
      {
        name: `call-legacy fleet-redis ${connections}`,
        server: serverOf('fleet-redis', redis),
        prepare: forms['call-legacy'],
        connections,
      },
    ]),
};
