import { Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { AssistantModule } from './assistant/assistant.module.js';
import { CustomersModule } from './customers/customers.module.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { ProductsModule } from './products/products.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { TenantsModule } from './tenants/tenants.module.js';

@Module({
  imports: [
    SettingsModule,
    LoggingModule,
    DatabaseModule,
    // The order of these three is the order of their global guards: who it is, for which shop, and how often.
    AccessModule,
    TenantsModule,
    LimitsModule,
    ProductsModule,
    CustomersModule,
    OrdersModule,
    HealthModule,
    // The application existed without this line.
    AssistantModule,
  ],
})
export class AppModule {}
