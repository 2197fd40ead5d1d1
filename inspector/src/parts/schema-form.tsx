import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { type Draft, draftOf } from '../form/draft.js';
import type { Field } from '../form/field.js';
import type { Params } from '../mcp/messages.js';
import { type Problem, valueOfDraft } from '../form/value-of-draft.js';
import { FieldInput } from './field-input.js';
import { SuggestContext } from './line-input.js';

export interface FormAction {
  readonly label: string;
  run(value: unknown): void;
  /** Whether it is done whatever was filled in, and gets no value. */
  readonly isWithoutValue?: boolean;
}

interface Properties {
  readonly field: Field;
  /** The first one is what Enter does. */
  readonly actions: readonly FormAction[];
  /** What the form is for, to screen readers. */
  readonly label: string;
  /** Proposes values for a text. @param others what is filled in already */
  complete?(name: string, value: string, others: Params): Promise<readonly string[]>;
}

/** A form for a field, which can be filled in as JSON as well: to send what no form would. */
export function SchemaForm({ field, actions, label, complete }: Properties): JSX.Element {
  const draft = useSignal<Draft>(draftOf(field));
  const json = useSignal<string | undefined>(undefined);
  const problems = useSignal<readonly Problem[]>([]);
  const switchId = useId();

  const read = (): { value: unknown; problems: readonly Problem[] } => {
    if (json.value === undefined) return valueOfDraft(field, draft.value);
    const whole: Field = { kind: 'json', name: '', label: 'JSON', isRequired: true };
    return valueOfDraft(whole, json.value);
  };
  const suggest =
    complete &&
    ((name: string, value: string) => complete(name, value, valueOfDraft(field, draft.value).value as Params));
  const act = (action: FormAction): void => {
    if (action.isWithoutValue) return action.run(undefined);
    const filled = read();
    problems.value = filled.problems;
    if (filled.problems.length === 0) action.run(filled.value);
  };
  const toggle = (): void => {
    if (json.value === undefined) {
      json.value = JSON.stringify(valueOfDraft(field, draft.value).value ?? {}, undefined, 2);
    } else {
      const { value, problems: wrong } = read();
      if (wrong.length === 0) draft.value = draftOf(field, value);
      json.value = undefined;
    }
    problems.value = [];
  };

  return (
    <form
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        act(actions[0]!);
      }}
    >
      {json.value === undefined ? (
        <SuggestContext.Provider value={suggest}>
          <FieldInput
            field={field}
            draft={draft.value}
            path=""
            problems={problems.value}
            change={(to) => (draft.value = to)}
          />
        </SuggestContext.Provider>
      ) : (
        <div class="field">
          <label for={`${switchId}-json`}>{label} as JSON</label>
          <textarea
            id={`${switchId}-json`}
            class="mono"
            rows={8}
            spellcheck={false}
            value={json.value}
            onInput={(event) => (json.value = event.currentTarget.value)}
          />
        </div>
      )}
      {problems.value.length > 0 && (
        <ul class="problems" role="alert">
          {problems.value.map(({ path, message }) => (
            <li key={path + message}>{message}</li>
          ))}
        </ul>
      )}
      <div class="actions">
        {actions.map((action, index) => (
          <button
            key={action.label}
            type={index === 0 ? 'submit' : 'button'}
            class={index === 0 ? 'primary' : 'quiet'}
            onClick={index === 0 ? undefined : () => act(action)}
          >
            {action.label}
          </button>
        ))}
        <button type="button" class="quiet" onClick={toggle} aria-pressed={json.value !== undefined}>
          JSON
        </button>
      </div>
    </form>
  );
}
