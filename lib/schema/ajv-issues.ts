import type { ErrorObject } from 'ajv/dist/2020.js';
import { pathTo } from './path.js';
import { MAX_ISSUES, type SchemaIssue } from './schema.js';

/** Converts the errors of ajv to the messages and paths of this package. */
export function issuesOf(errors: readonly ErrorObject[] | null | undefined, value: unknown): SchemaIssue[] {
  const reported = new Set<string>();
  const issues: SchemaIssue[] = [];
  for (const error of errors ?? []) {
    if (issues.length === MAX_ISSUES) break;
    // An error of `if` only repeats the error of its `then` or `else`.
    if (error.keyword === 'if') continue;
    const issue = issueOf(error, value);
    const key = `${issue.path}\n${issue.message}`;
    if (!reported.has(key)) issues.push(issue);
    reported.add(key);
  }
  return issues;
}

function issueOf(error: ErrorObject, value: unknown): SchemaIssue {
  const path = pathOf(error.instancePath, value);
  const params = error.params as Record<string, any>;
  switch (error.keyword) {
    case 'required':
      return { path: pathTo(path, params['missingProperty'] as string), message: 'is required' };
    case 'dependentRequired':
      return {
        path: pathTo(path, params['missingProperty'] as string),
        message: `is required when ${String(params['property'])} is given`,
      };
    case 'additionalProperties':
      return { path: pathTo(path, params['additionalProperty'] as string), message: 'is not a known property' };
    case 'unevaluatedProperties':
      return { path: pathTo(path, params['unevaluatedProperty'] as string), message: 'is not a known property' };
    case 'type':
      return { path, message: `must be ${[params['type']].flat().map(article).join(' or ')}` };
    case 'enum':
      return { path, message: `must be one of: ${list(params['allowedValues'] as unknown[])}` };
    case 'const':
      return { path, message: `must be ${JSON.stringify(params['allowedValue'])}` };
    case 'anyOf':
      return { path, message: 'must have one of the allowed forms' };
    case 'oneOf':
      return { path, message: 'must have exactly one of the allowed forms' };
    case 'not':
      return { path, message: 'has a value that is not allowed' };
    default:
      return { path, message: error.message ?? `fails the rule ${error.keyword}` };
  }
}

const article = (type: string): string => (type === 'null' ? type : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`);

function list(values: readonly unknown[]): string {
  const shown = values.slice(0, 20).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return values.length > shown.length ? `${shown.join(', ')} …` : shown.join(', ');
}

/** The path for a JSON pointer. Only the value shows whether `0` is an index or a name. */
function pathOf(pointer: string, value: unknown): string {
  let path = '';
  let at = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path = pathTo(path, Array.isArray(at) ? Number(key) : key);
    at = (at as Record<string, unknown> | undefined)?.[key];
  }
  return path;
}
