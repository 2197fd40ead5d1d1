import { StreamableFile } from '@nestjs/common';
import {
  RENDER_METADATA,
  RESPONSE_PASSTHROUGH_METADATA,
  RouteParamtypes,
  SSE_METADATA,
} from '../nest/metadata-keys.js';
import type { Route } from './route.js';

const CURE = 'Exclude it with @McpExpose(false), or write a tool that calls the same service';

/** Parameters whose value only an HTTP connection has. */
const OF_A_CONNECTION: Readonly<Record<number, string>> = {
  [RouteParamtypes.FILE]: '@UploadedFile(), and a tool call carries no file',
  [RouteParamtypes.FILES]: '@UploadedFiles(), and a tool call carries no files',
  [RouteParamtypes.NEXT]: '@Next(), and a tool call has no next handler',
  [RouteParamtypes.RAW_BODY]: '@RawBody(), and a tool call has no raw body',
  [RouteParamtypes.HOST]: '@HostParam(), and a tool call has no host of its own',
};

/**
 * Refuses a route whose method needs an HTTP connection of its own.
 *
 * @throws Error with the parameter or decorator, and the cure
 */
export function requireCallable({ type, method, handler, parameters }: Route): void {
  for (const { index, kind } of parameters) {
    const reason = kind === undefined ? undefined : OF_A_CONNECTION[kind];
    if (reason) throw new Error(`its parameter ${index + 1} is ${reason}. ${CURE}.`);
    if (kind === RouteParamtypes.RESPONSE && !Reflect.getMetadata(RESPONSE_PASSTHROUGH_METADATA, type, method)) {
      throw new Error(
        `its parameter ${index + 1} is @Res(), and a tool returns its result. Use @Res({ passthrough: true }) and return the value, or exclude it with @McpExpose(false).`,
      );
    }
  }
  if (Reflect.getMetadata(SSE_METADATA, handler)) throw new Error(`@Sse() sends a stream without an end. ${CURE}.`);
  if (Reflect.getMetadata(RENDER_METADATA, handler) !== undefined) {
    throw new Error(`@Render() makes a page of its result. ${CURE}.`);
  }
  if (Reflect.getMetadata('design:returntype', type.prototype as object, method) === StreamableFile) {
    throw new Error(`it returns a StreamableFile. ${CURE}.`);
  }
}
