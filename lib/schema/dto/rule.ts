import type { MetadataStorage, ValidationArguments } from 'class-validator';
import { enumValues } from '../enum-values.js';
import { KEYWORDS, OTHER_STRINGS } from './keywords.js';
import { isRecord } from './is-record.js';

type Metadata = ReturnType<MetadataStorage['getTargetValidationMetadatas']>[number];
type Constraint = ReturnType<MetadataStorage['getTargetValidatorConstraints']>[number];
type Check = Constraint['instance'];

/** Replacements of built-in validators that cannot be used as they are. */
const REPLACEMENTS = new Map<string, (constraints: readonly any[]) => ((value: unknown) => boolean) | undefined>([
  // The built-in one also accepts the name of a numeric enum member (by the reverse mapping), which no schema
  // announces.
  [
    'isEnum',
    ([, members]) =>
      (value) =>
        members.includes(value),
  ],
  // The built-in one calls `hasOwnProperty` of the value, so that `{"hasOwnProperty":1}` causes an exception.
  [
    'isNotEmptyObject',
    ([o]) => (o?.nullable === false ? hasSomething : (value) => isRecord(value) && Object.keys(value).length > 0),
  ],
]);

const constraintsOf = (rule: string | undefined, constraints: readonly any[]): readonly any[] =>
  rule === 'isEnum' ? [constraints[0], enumValues(constraints[0] as object)] : constraints;

const hasSomething = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).some((inner) => inner !== null && inner !== undefined);

/** One class-validator decorator of a property. Lookups are done once. */
export class Rule {
  readonly each: boolean;
  readonly constraints: readonly any[];
  /** Whether the rule is part of class-validator, judged by its name. */
  readonly isBuiltIn: boolean;
  private readonly replacement: ((value: unknown) => boolean) | undefined;
  private check: Check | undefined;

  constructor(
    private readonly metadata: Metadata,
    private readonly constraint: Constraint,
  ) {
    this.each = metadata.each === true;
    this.constraints = constraintsOf(constraint.name, metadata.constraints ?? []);
    this.isBuiltIn = KEYWORDS.has(this.name) || OTHER_STRINGS.has(this.name);
    this.replacement = REPLACEMENTS.get(this.name)?.(this.constraints);
  }

  get name(): string {
    return this.constraint.name ?? '';
  }

  /** Whether the decorator has a message of its own. */
  get hasOwnMessage(): boolean {
    return this.metadata.message !== undefined && this.metadata.message !== '';
  }

  /** Whether the rule applies. It does not if the decorator's own condition (`{ validateIf }`) is not met. */
  applies(object: object, value: unknown): boolean {
    return this.metadata.validateIf === undefined || this.metadata.validateIf(object, value) === true;
  }

  /** Whether the value is valid. A Promise if the validator is asynchronous. */
  test(object: object, value: unknown): boolean | Promise<boolean> {
    if (this.replacement !== undefined) return this.replacement(value);
    // The lookup happens at the first call and not at start-up, because `useContainer()` runs in `main.ts`, after the
    // module was built. The result is cached, because class-validator's default container searches all validators.
    this.check ??= this.constraint.instance;
    return this.check.validate(value, this.arguments(object, value));
  }

  /** The message of the decorator, or else of the validator, without the property name at its beginning. */
  message(object: object, value: unknown): string {
    const args = this.arguments(object, value);
    const own = this.metadata.message;
    const raw = own || this.constraint.instance.defaultMessage?.(args) || `fails the rule ${this.name}`;
    const message = fill(typeof raw === 'function' ? raw(args) : String(raw), args);
    const subject = `${this.each ? 'each value in ' : ''}${args.property} `;
    return message.startsWith(subject) ? message.slice(subject.length) : message;
  }

  private arguments(object: object, value: unknown): ValidationArguments {
    return {
      targetName: object.constructor?.name ?? '',
      property: this.metadata.propertyName,
      object,
      value,
      constraints: this.constraints as any[],
    };
  }
}

/** Replaces the tokens that class-validator documents for messages. */
const fill = (message: string, { constraints, value, property, targetName }: ValidationArguments): string =>
  message.replace(/\$(?:constraint(\d+)|(value|property|target))/g, (token, index?: string, name?: string) => {
    if (index !== undefined) {
      const constraint = constraints[Number(index) - 1] as unknown[] | string | undefined;
      return constraint === undefined ? token : Array.isArray(constraint) ? constraint.join(', ') : String(constraint);
    }
    if (name === 'property') return property;
    if (name === 'target') return targetName;
    return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : token;
  });
