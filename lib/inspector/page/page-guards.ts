import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { ExecutionContextHost, instanceIn, type Module } from '../../nest/container.js';
import { isHttpException } from '../../nest/http-exception.js';
import type { McpInspectorGuard } from '../inspector-options.js';
import { Refused } from './answers.js';
import type { PageRequest } from './page-request.js';

/** What guards see as the class and the handler, whose metadata they may ask for. */
class McpInspectorPage {
  serve(): void {}
}

/** Asks the guards of the page, which all have to agree. */
export class PageGuards {
  #instances: readonly CanActivate[] = [];

  /** @param modules where instances of classes are looked for, in this order */
  constructor(
    private readonly guards: readonly McpInspectorGuard[],
    private readonly modules: () => Iterable<Module>,
  ) {}

  /**
   * Finds or makes the instances. Not at the set-up: what they depend on may not exist before the application starts.
   *
   * @throws Error if one cannot be made
   */
  async load(): Promise<void> {
    this.#instances = await Promise.all(
      this.guards.map(async (guard) => (typeof guard === 'function' ? this.#instanceOf(guard) : guard)),
    );
  }

  /** @throws {Refused} unless all of them agree */
  async admit({ args }: PageRequest): Promise<void> {
    if (this.#instances.length < this.guards.length) throw new Refused(503, 'unavailable', 'The server is starting.');
    if (this.guards.length === 0) return;
    const context = new ExecutionContextHost([...args], McpInspectorPage, McpInspectorPage.prototype.serve);
    context.setType('http');
    for (const guard of this.#instances) {
      let admitted: unknown;
      try {
        const given = guard.canActivate(context as ExecutionContext);
        admitted = await (isObservable(given) ? lastValueFrom(given) : given);
      } catch (error) {
        if (!isHttpException(error)) throw error;
        throw new Refused(error.getStatus(), 'forbidden', error.message);
      }
      if (admitted !== true) throw new Refused(403, 'forbidden', 'You may not see this page.');
    }
  }

  #instanceOf(guard: Type<CanActivate>): Promise<CanActivate> {
    return instanceIn(guard, this.modules());
  }
}
