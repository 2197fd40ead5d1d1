/** A parameter in the path of a route. */
export interface PathParameter {
  readonly name: string;
  /** False in `{/:id}`, `:id?` and wildcards that may be empty. */
  readonly required: boolean;
}

/** `:id`, `:id?`, `:id(\\d+)`, `*path`, and the braces around what is optional. */
const TOKEN = /([{}])|([:*])(\w+)(\([^)]*\))?([?*+])?/g;

/** The parameters of a path, in its order. */
export function pathParameters(path: string): PathParameter[] {
  let depth = 0;
  const found: PathParameter[] = [];
  for (const [, brace, , name, , modifier] of path.matchAll(TOKEN)) {
    if (brace) depth += brace === '{' ? 1 : -1;
    else found.push({ name: name!, required: depth === 0 && modifier !== '?' && modifier !== '*' });
  }
  return found;
}

/** The path with the values of its parameters, as it stands in the URL of a request. */
export function fillPath(path: string, values: Readonly<Record<string, unknown>>): string {
  const filled = path.replace(TOKEN, (_all, brace: string | undefined, kind: string, name: string) => {
    if (brace) return '';
    const value = [values[name] ?? ''].flat().map(String);
    return kind === '*' ? value.map(encodeURI).join('/') : encodeURIComponent(value.join('/'));
  });
  return filled.replaceAll('//', '/').replace(/(.)\/$/, '$1');
}
