import { useSignal } from '@preact/signals';
import { createContext, type JSX } from 'preact';
import { useContext, useId } from 'preact/hooks';
import type { ChoiceField, ConstantField, Field, GroupField, ListField, VariantsField } from '../form/field.js';
import type { ChoicesField, JsonField, NumberField, SwitchField, TextField } from '../form/field.js';
import type { FieldProperties } from './field-properties.js';

export type LineField = Exclude<Field, GroupField | ListField | VariantsField | ChoicesField | ConstantField>;

/** Proposes values for a text, where the server completes them. */
export type Suggest = (name: string, value: string) => Promise<readonly string[]>;
export const SuggestContext = createContext<Suggest | undefined>(undefined);

/** A field with one input. */
export function LineInput(properties: FieldProperties<LineField>): JSX.Element {
  const { field, path, problems } = properties;
  const id = useId();
  const isWrong = problems.some((one) => one.path === path);
  const described = field.description === undefined ? undefined : `${id}-hint`;
  const shared: Shared = {
    id,
    'aria-describedby': described,
    'aria-invalid': isWrong || undefined,
    'aria-required': field.isRequired || undefined,
  };
  const hint = field.description !== undefined && (
    <p class="hint" id={described}>
      {field.description}
    </p>
  );
  if (field.kind === 'switch') {
    return (
      <div class="field">
        <label class="check">
          <SwitchInput {...properties} field={field} shared={shared} />
          {field.label}
        </label>
        {hint}
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>
        {field.label || 'Value'}
        {field.isRequired && <span class="required"> required</span>}
      </label>
      {inputOf(properties, shared)}
      {hint}
    </div>
  );
}

interface Shared {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
  readonly 'aria-required': boolean | undefined;
}

type InputProperties<F extends LineField> = FieldProperties<F> & { readonly shared: Shared };

function inputOf(properties: FieldProperties<LineField>, shared: Shared): JSX.Element | undefined {
  const { field } = properties;
  switch (field.kind) {
    case 'text':
      return <TextInput {...properties} field={field} shared={shared} />;
    case 'number':
      return <NumberInput {...properties} field={field} shared={shared} />;
    case 'choice':
      return <ChoiceInput {...properties} field={field} shared={shared} />;
    case 'json':
      return <JsonInput {...properties} field={field} shared={shared} />;
    case 'switch':
      return undefined;
  }
}

function TextInput({ field, draft, change, shared }: InputProperties<TextField>): JSX.Element {
  const suggest = useContext(SuggestContext);
  const proposals = useSignal<readonly string[]>([]);
  const ask = (value: string): void => {
    if (!suggest) return;
    void suggest(field.name, value).then((values) => (proposals.value = values));
  };
  const { input, minLength, maxLength, pattern, placeholder } = field;
  const common = { ...shared, value: draft as string, ...(placeholder !== undefined && { placeholder }) };
  if (input === 'multiline') {
    return <textarea {...common} rows={4} onInput={(event) => change(event.currentTarget.value)} />;
  }
  return (
    <>
      <input
        {...common}
        type={input}
        minLength={minLength}
        maxLength={maxLength}
        pattern={pattern}
        autocomplete="off"
        list={suggest && `${shared.id}-list`}
        onFocus={(event) => ask(event.currentTarget.value)}
        onInput={(event) => {
          change(event.currentTarget.value);
          ask(event.currentTarget.value);
        }}
      />
      {suggest && (
        <datalist id={`${shared.id}-list`}>
          {proposals.value.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      )}
    </>
  );
}

function NumberInput({ field, draft, change, shared }: InputProperties<NumberField>): JSX.Element {
  return (
    <input
      {...shared}
      type="number"
      step={field.isInteger ? 1 : 'any'}
      min={field.minimum}
      max={field.maximum}
      value={draft as string}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}

function SwitchInput({ draft, change, shared }: InputProperties<SwitchField>): JSX.Element {
  return (
    <input
      {...shared}
      aria-required={undefined}
      type="checkbox"
      checked={draft === true}
      onChange={(event) => change(event.currentTarget.checked)}
    />
  );
}

function ChoiceInput({ field, draft, change, shared }: InputProperties<ChoiceField>): JSX.Element {
  return (
    <select {...shared} value={draft as string} onChange={(event) => change(event.currentTarget.value)}>
      <option value="">{field.isRequired ? 'choose…' : 'none'}</option>
      {field.options.map(({ label }, index) => (
        <option key={label} value={String(index)}>
          {label}
        </option>
      ))}
    </select>
  );
}

function JsonInput({ draft, change, shared }: InputProperties<JsonField>): JSX.Element {
  return (
    <textarea
      {...shared}
      class="mono"
      rows={3}
      placeholder="JSON"
      spellcheck={false}
      value={draft as string}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}
