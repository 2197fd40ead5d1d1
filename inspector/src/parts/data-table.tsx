import type { ComponentChildren, JSX } from 'preact';

export interface Column<Row> {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  cell(row: Row): ComponentChildren;
}

interface Properties<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  keyOf(row: Row): string;
}

/** A table that scrolls sideways in itself where the page is narrow. The first column names its row. */
export function DataTable<Row>({ caption, columns, rows, keyOf }: Properties<Row>): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" class={isNumber ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, isNumber, cell }, index) => {
                const className = isNumber ? 'number' : undefined;
                return index === 0 ? (
                  <th key={title} scope="row" class={className}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={title} class={className}>
                    {cell(row)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
