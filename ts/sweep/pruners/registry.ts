/** Every pruner, a line each. */
export { asha } from './asha.js'
export { hyperband } from './hyperband.js'
export { median } from './median.js'
export { none } from './none.js'
