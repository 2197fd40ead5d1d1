require('reflect-metadata');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { McpModule, McpTool, McpServer } = require('nestjs-mcp-fleet');

const input = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

class WeatherTools {
  weather({ city }) {
    return `It is 9 °C in ${city}.`;
  }
}
const method = Object.getOwnPropertyDescriptor(WeatherTools.prototype, 'weather');
McpTool({ input, description: 'The weather of a city' })(WeatherTools.prototype, 'weather', method);

class AppModule {}
const imports = [McpModule.forRoot({ name: 'consumer', version: '1.0.0' })];
Module({ imports, providers: [WeatherTools] })(AppModule);

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  const imported = await import('nestjs-mcp-fleet');
  if (imported.McpServer !== McpServer) throw new Error('Two copies of the package are loaded.');
  await app.listen(process.env.PORT ?? 3000, '127.0.0.1');
}

void main();
