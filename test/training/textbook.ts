/** Optimizers by the textbook, in f64, one parameter vector at a time. */
import type { Optimizer } from '../../ts/training/optimizers.js'

/** Steps `w` in place by gradients g, one call a step; biases do not decay. */
export function textbook(
  optimizer: Optimizer,
  w: Float64Array,
  decays = true,
): (g: Float64Array) => void {
  const { learningRate: rate, weightDecay, clipValue: most = Infinity } = optimizer
  const [m, v] = [new Float64Array(w.length), new Float64Array(w.length)]
  const decay = decays ? weightDecay : 0
  let t = 0
  return (gradient) => {
    t += 1
    for (let i = 0; i < w.length; i++) {
      const before = w[i] ?? NaN
      const decoupled = optimizer.name === 'adamw'
      const cut = Math.min(Math.max(gradient[i] ?? NaN, -most), most)
      const g = decoupled ? cut : cut + decay * before
      w[i] = before - (decoupled ? rate * decay * before : 0) - rate * direction(i, g)
    }
  }

  /** What the optimizer makes of element i of the gradient. */
  function direction(i: number, g: number): number {
    const [oldM, oldV] = [m[i] ?? NaN, v[i] ?? NaN]
    if (optimizer.name === 'sgd') {
      const newV = optimizer.momentum * oldV + g
      v[i] = newV
      return optimizer.nesterov ? g + optimizer.momentum * newV : newV
    }
    const { beta1, beta2, epsilon, name } = optimizer
    const newM = beta1 * oldM + (1 - beta1) * g
    const newV = beta2 * oldV + (1 - beta2) * g * g
    m[i] = newM
    v[i] = newV
    const [mean, square] = name === 'rmsprop' ? [1, 1] : [1 - beta1 ** t, 1 - beta2 ** t]
    return newM / mean / (Math.sqrt(newV / square) + epsilon)
  }
}
