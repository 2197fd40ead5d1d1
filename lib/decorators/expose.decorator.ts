import { ENTRY_PROVIDER_WATERMARK } from '../nest/metadata-keys.js';
import { MCP_EXPOSE, type McpExposeOptions } from './metadata.js';

/**
 * Makes every route of a controller a tool; `false` on a method leaves its route out. A method with `@McpTool()` has
 * its own name and options.
 *
 * A route that needs what only HTTP has, such as an upload, is reported at start-up as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpExpose()
 * @Controller('products')
 * export class ProductsController {
 *   @Get(':id')
 *   findOne(@Param('id', ParseIntPipe) id: number): Promise<Product> {
 *     return this.products.findOne(id);
 *   }
 *
 *   @McpExpose(false)
 *   @Post('import')
 *   import(@UploadedFile() file: Express.Multer.File) {}
 * }
 * ```
 * @publicApi
 */
export const McpExpose =
  (options: McpExposeOptions | false = {}): ClassDecorator & MethodDecorator =>
  (target: object, _method?: string | symbol, descriptor?: PropertyDescriptor) => {
    Reflect.defineMetadata(MCP_EXPOSE, options, (descriptor?.value as object | undefined) ?? target);
    if (!descriptor) Reflect.defineMetadata(ENTRY_PROVIDER_WATERMARK, true, target);
  };
