import { z } from 'zod';

/** The tools' inputs for the targets whose documentation uses zod. */
export const AddInput = z.object({ a: z.number(), b: z.number() });
export const SearchInput = z.object({ query: z.string().max(200), limit: z.int().min(1).max(100).optional() });
