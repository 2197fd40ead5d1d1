import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { chosenVariant, type Draft, draftOf, partOf, type VariantDraft } from '../form/draft.js';
import type { ChoicesField, Field, GroupField, ListField, VariantsField } from '../form/field.js';
import type { FieldProperties } from './field-properties.js';
import { LineInput } from './line-input.js';

/** The inputs of any field. */
export function FieldInput(properties: FieldProperties): JSX.Element {
  const { field } = properties;
  switch (field.kind) {
    case 'group':
      return <GroupInput {...properties} field={field} />;
    case 'list':
      return <ListInput {...properties} field={field} />;
    case 'choices':
      return <ChoicesInput {...properties} field={field} />;
    case 'variants':
      return <VariantsInput {...properties} field={field} />;
    case 'constant':
      return <p class="field constant">{`${field.label} ${JSON.stringify(field.value)}`}</p>;
    default:
      return <LineInput {...properties} field={field} />;
  }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The whole form has no frame of its own. */
function GroupInput({ field, draft, path, problems, change }: FieldProperties<GroupField>): JSX.Element {
  const inputs = field.fields.map((one) => (
    <FieldInput
      key={one.name}
      field={one}
      draft={partOf(draft, one.name)}
      path={join(path, one.name)}
      problems={problems}
      change={(part) => change({ ...(draft as { readonly [name: string]: Draft }), [one.name]: part })}
    />
  ));
  return path === '' && field.label === '' ? <>{inputs}</> : <Frame field={field}>{inputs}</Frame>;
}

function ListInput({ field, draft, path, problems, change }: FieldProperties<ListField>): JSX.Element {
  const drafts = draft as readonly Draft[];
  const without = (index: number): void => change(drafts.filter((_, at) => at !== index));
  return (
    <Frame field={field}>
      {drafts.map((one, index) => (
        // The order is their identity: nothing moves in a list but by removing what is before it.
        <div class="item" key={index}>
          <FieldInput
            field={{ ...field.item, label: `${field.label} ${index + 1}` }}
            draft={one}
            path={join(path, String(index))}
            problems={problems}
            change={(to) => change(drafts.map((old, at) => (at === index ? to : old)))}
          />
          <button
            type="button"
            class="quiet"
            onClick={() => without(index)}
            aria-label={`Remove ${field.label} ${index + 1}`}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        class="quiet"
        disabled={drafts.length >= field.maxItems}
        onClick={() => change([...drafts, draftOf(field.item)])}
      >
        {`Add to ${field.label}`}
      </button>
    </Frame>
  );
}

function ChoicesInput({ field, draft, change }: FieldProperties<ChoicesField>): JSX.Element {
  const chosen = draft as readonly string[];
  return (
    <Frame field={field}>
      {field.options.map(({ label }, index) => {
        const key = String(index);
        const others = chosen.filter((one) => one !== key);
        return (
          <label class="check" key={key}>
            <input
              type="checkbox"
              checked={chosen.includes(key)}
              onChange={(event) => change(event.currentTarget.checked ? [...others, key].sort() : others)}
            />
            {label}
          </label>
        );
      })}
    </Frame>
  );
}

function VariantsInput({ field, draft, path, problems, change }: FieldProperties<VariantsField>): JSX.Element {
  const { variant, draft: inner } = draft as VariantDraft;
  const id = useId();
  const chosen = field.variants[Number(variant)];
  return (
    <Frame field={field}>
      <div class="field">
        <label for={id}>Kind</label>
        <select
          id={id}
          value={variant}
          onChange={({ currentTarget: { value } }) =>
            change(chosenVariant(field.variants, value === '' ? -1 : Number(value)))
          }
        >
          {!field.isRequired && <option value="">none</option>}
          {field.variants.map(({ label }, index) => (
            <option key={label} value={String(index)}>
              {label}
            </option>
          ))}
        </select>
      </div>
      {variant !== '' && chosen && (
        <FieldInput
          key={variant}
          field={chosen}
          draft={inner}
          path={path}
          problems={problems}
          change={(to) => change({ variant, draft: to })}
        />
      )}
    </Frame>
  );
}

function Frame({ field, children }: { field: Field; children: ComponentChildren }): JSX.Element {
  return (
    <fieldset>
      <legend>
        {field.label || 'Value'}
        {field.isRequired && field.name !== '' && <span class="required"> required</span>}
      </legend>
      {field.description && <p class="hint">{field.description}</p>}
      {children}
    </fieldset>
  );
}
