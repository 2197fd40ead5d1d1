import type { JsonSchema } from 'nestjs-mcp-fleet';

export interface Contact {
  readonly name?: string;
  readonly address?: { readonly street?: string; readonly city?: string };
  readonly contactMethod?: 'phone' | 'email';
  readonly phone?: string;
  readonly email?: string;
}

/** Word for word what the suite expects back: nothing may be lost or rewritten on the way to the client (SEP-1613). */
export const contactSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};
