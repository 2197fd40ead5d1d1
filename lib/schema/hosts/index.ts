export { departuresOf } from './subset.js';
export { widen } from './widen.js';
