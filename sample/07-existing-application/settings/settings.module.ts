import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';

/** Settings come from the environment. Without a `JWT_SECRET` tokens are valid until this process ends. */
@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      load: [() => ({ JWT_SECRET: process.env.JWT_SECRET ?? randomBytes(32).toString('hex') })],
    }),
  ],
})
export class SettingsModule {}
