import { serveRoute } from './nest-route.shared.mjs';

await serveRoute((args) => args);
