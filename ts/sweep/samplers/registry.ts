/** Every sampler, a line each. */
export { grid } from './grid.js'
export { random } from './random.js'
export { sobol } from './sobol.js'
export { tpe } from './tpe.js'
