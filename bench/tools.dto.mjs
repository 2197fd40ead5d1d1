import 'reflect-metadata';
import { IsInt, IsNumber, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** The tools' inputs for the Nest targets, as ordinary class-validator DTOs. */
export class AddInput {}
decorateProperty(AddInput, 'a', Number, [IsNumber()]);
decorateProperty(AddInput, 'b', Number, [IsNumber()]);

export class SearchInput {}
decorateProperty(SearchInput, 'query', String, [IsString(), MaxLength(200)]);
decorateProperty(SearchInput, 'limit', Number, [IsOptional(), IsInt(), Min(1), Max(100)]);

export class TextInput {}
decorateProperty(TextInput, 'text', String, [IsString()]);

export class BytesInput {}
decorateProperty(BytesInput, 'bytes', Number, [IsInt()]);

function decorateProperty(target, property, type, decorators) {
  Reflect.defineMetadata('design:type', type, target.prototype, property);
  for (const decorate of decorators.toReversed()) decorate(target.prototype, property);
}
