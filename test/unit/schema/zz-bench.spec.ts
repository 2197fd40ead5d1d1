import 'reflect-metadata';
import { it } from 'vitest';
import { IsInt, IsOptional, Min, Max, IsString, MaxLength, IsEnum, ValidateNested, validateSync } from 'class-validator';
import { plainToInstance, Type } from 'class-transformer';
import { compileSchema } from '/work/main/lib/schema/index.js';
enum U { A = 'a', B = 'b' }
class P { @IsInt() x!: number; @IsString() s!: string }
class Q { @IsInt() @Min(0) @Max(1000) n!: number; @IsOptional() @IsInt() m?: number; @IsString() @MaxLength(80) s!: string; @IsEnum(U) u!: U; }
class R { @ValidateNested({ each: true }) @Type(() => P) ps!: P[]; @ValidateNested() @Type(() => Q) q!: Q }
it('bench', async () => {
  const run = (name: string, f: () => void) => { for (let i = 0; i < 20000; i++) f(); const t = performance.now(); for (let i = 0; i < 100000; i++) f(); console.log(name, Math.round(100000 / (performance.now() - t)), 'k/s'); };
  const q = { n: 5, s: 'abc', u: 'a' };
  const r = { ps: [{ x: 1, s: 'a' }, { x: 2, s: 'b' }], q };
  const bad = { n: 5000, s: 5, u: 'z' };
  for (const [cls, v, name] of [[Q, q, 'flat'], [R, r, 'nested'], [Q, bad, 'bad']] as const) {
    const c = await compileSchema(cls as any, { direction: 'input' });
    const o = await compileSchema(cls as any, { direction: 'output' });
    run(name + ' ours', () => void c.validate(v));
    run(name + ' ours output', () => void o.validate(v));
    run(name + ' class-validator', () => void validateSync(plainToInstance(cls as any, v) as object, { whitelist: true, forbidNonWhitelisted: true }));
  }
});
