import type { MetadataStorage, ValidationArguments } from 'class-validator';
import { KEYWORDS, OTHER_STRINGS } from './keywords.js';
import { isRecord } from './is-record.js';

type Metadata = ReturnType<MetadataStorage['getTargetValidationMetadatas']>[number];
type Constraint = ReturnType<MetadataStorage['getTargetValidatorConstraints']>[number];
type Check = Constraint['instance'];

/** Built-in validators that cannot be used as they are. */
const INSTEAD = new Map<string, (constraints: readonly any[]) => ((value: unknown) => boolean) | undefined>([
  // By the reverse mapping of a numeric enum it also accepts the *name* of a member, which no schema announces.
  ['isEnum', ([, members]) => (Array.isArray(members) ? (value) => members.includes(value) : undefined)],
  // It calls `hasOwnProperty` of the value, which `{"hasOwnProperty":1}` turns into an exception.
  [
    'isNotEmptyObject',
    ([o]) => (o?.nullable === false ? hasSomething : (value) => isRecord(value) && Object.keys(value).length > 0),
  ],
]);

const hasSomething = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).some((inner) => inner !== null && inner !== undefined);

/** One class-validator decorator on one property, with everything looked up that can be. */
export class Rule {
  readonly each: boolean;
  readonly constraints: readonly any[];
  /** Of class-validator itself, by its name. */
  readonly isBuiltIn: boolean;
  private readonly instead: ((value: unknown) => boolean) | undefined;
  private check: Check | undefined;

  constructor(
    private readonly metadata: Metadata,
    private readonly constraint: Constraint,
  ) {
    this.each = metadata.each === true;
    this.constraints = metadata.constraints ?? [];
    this.isBuiltIn = KEYWORDS.has(this.name) || OTHER_STRINGS.has(this.name);
    this.instead = INSTEAD.get(this.name)?.(this.constraints);
  }

  get name(): string {
    return this.constraint.name ?? '';
  }

  /** Whether the decorator's author wrote the message. */
  get hasOwnMessage(): boolean {
    return this.metadata.message !== undefined && this.metadata.message !== '';
  }

  /** False when a condition of the decorator itself (`{ validateIf }`) says that it does not apply. */
  applies(object: object, value: unknown): boolean {
    return this.metadata.validateIf === undefined || this.metadata.validateIf(object, value) === true;
  }

  /** Whether the value is right. A Promise when the validator is asynchronous. */
  test(object: object, value: unknown): boolean | Promise<boolean> {
    if (this.instead !== undefined) return this.instead(value);
    // Looked up at the first call, not at start-up: `useContainer()` runs in `main.ts`, after the module was built.
    // Kept from then on, because class-validator's default container searches all validators of the application.
    this.check ??= this.constraint.instance;
    return this.check.validate(value, this.arguments(object, value));
  }

  /** What to tell: the author's message, else the validator's, without the property's name in front. */
  message(object: object, value: unknown): string {
    const args = this.arguments(object, value);
    const own = this.metadata.message;
    const raw = own || this.constraint.instance.defaultMessage?.(args) || `fails the rule ${this.name}`;
    const said = fill(typeof raw === 'function' ? raw(args) : String(raw), args);
    const subject = `${this.each ? 'each value in ' : ''}${args.property} `;
    return said.startsWith(subject) ? said.slice(subject.length) : said;
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

/** The tokens class-validator documents for messages. */
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
