import { Module, ValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { McpModule } from 'nestjs-mcp-fleet';
import { OrdersController } from './orders.controller';
import { WeatherTools } from './weather.tools';

@Module({
  imports: [McpModule.forRoot({ name: 'orders', version: '1.0.0', redis: process.env.REDIS_URL })],
  controllers: [OrdersController],
  providers: [WeatherTools, { provide: APP_PIPE, useValue: new ValidationPipe({ transform: true, whitelist: true }) }],
})
export class AppModule {}
