import { ElicitationForms } from '../interaction/elicitation-form.js';
import { NO_INTERACTION } from '../interaction/no-interaction.js';
import { ContextInput } from './context-input.js';

/** For a context in which nothing can be asked. */
export const NO_INPUT = new ContextInput(NO_INTERACTION, new ElicitationForms());
