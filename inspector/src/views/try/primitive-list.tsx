import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Empty } from '../../parts/notice.js';
import { hrefOf } from '../../state/route.js';

export interface Listed {
  /** What its address ends with. */
  readonly id: string;
  readonly title: string;
  readonly hint: string | undefined;
}

interface Properties {
  readonly kind: 'tools' | 'resources' | 'prompts';
  readonly items: readonly Listed[];
  readonly chosen: string | undefined;
  readonly children: ComponentChildren;
}

/** A list that can be searched, beside what was chosen from it. */
export function PrimitiveList({ kind, items, chosen, children }: Properties): JSX.Element {
  const wanted = useSignal('');
  const id = useId();
  const needle = wanted.value.trim().toLowerCase();
  const shown = items.filter(({ title, hint = '' }) => `${title} ${hint}`.toLowerCase().includes(needle));
  return (
    <div class="split">
      <nav class="list" aria-label={kind}>
        {items.length > 8 && (
          <>
            <label class="hidden" for={id}>
              Search {kind}
            </label>
            <input
              id={id}
              type="search"
              placeholder={`Search ${items.length} ${kind}`}
              value={wanted.value}
              onInput={(event) => (wanted.value = event.currentTarget.value)}
            />
          </>
        )}
        <ul>
          {shown.map((item) => (
            <li key={item.id}>
              <a href={hrefOf('try', kind, item.id)} aria-current={item.id === chosen ? 'page' : undefined}>
                <span class="mono">{item.title}</span>
                {item.hint && <span class="hint">{item.hint}</span>}
              </a>
            </li>
          ))}
        </ul>
        {items.length === 0 && <Empty>There are no {kind} for you.</Empty>}
      </nav>
      <div class="detail">{children}</div>
    </div>
  );
}
