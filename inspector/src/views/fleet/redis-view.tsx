import type { JSX } from 'preact';
import type { KeyFamily } from '../../../../lib/inspector/wire/redis-memory.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { bytes, clock, count } from '../../parts/format.js';
import { Empty } from '../../parts/notice.js';
import { useApp } from '../../state/app-state.js';

/** What the server keeps in Redis, by family of keys. */
export function RedisView(): JSX.Element {
  const { config, fleet } = useApp();
  const memory = fleet.redis.value;
  return (
    <article>
      <h2>Redis</h2>
      {!memory && (
        <Empty>
          {config.backend === 'redis'
            ? 'Waiting for the first sample.'
            : 'This server keeps everything in its process.'}
        </Empty>
      )}
      {memory && (
        <>
          <p>
            {memory.usedBytes !== null && `Redis uses ${bytes(memory.usedBytes)}`}
            {memory.maxBytes !== null && memory.maxBytes > 0 && ` of ${bytes(memory.maxBytes)}`}
            {memory.commandsPerSecond !== null &&
              `, and runs ${count(Math.round(memory.commandsPerSecond))} commands a second`}
            {memory.usedBytes !== null && ', of all programs.'}
          </p>
          <DataTable
            caption="Keys of this server"
            columns={COLUMNS}
            rows={memory.families}
            keyOf={({ family }) => family}
          />
          <p class="hint">
            {`Estimated at ${clock(memory.at)} from a sample of the keys`}
            {memory.complete ? '.' : ', which were not all looked at.'}
          </p>
        </>
      )}
    </article>
  );
}

const COLUMNS: readonly Column<KeyFamily>[] = [
  { title: 'Family', cell: ({ family }) => family },
  { title: 'Keys', isNumber: true, cell: ({ keys }) => count(keys) },
  { title: 'Memory', isNumber: true, cell: ({ bytes: size }) => bytes(size) },
  { title: 'Largest', isNumber: true, cell: ({ largestBytes }) => bytes(largestBytes) },
  { title: 'Measured', isNumber: true, cell: ({ measured }) => count(measured) },
];
