import { serveRoute } from './nest-route.shared.mjs';

await serveRoute(import.meta.url, (args) => args);
