/**
 * Node perturbation (the 2014 paper's reinforcement): ξ ~ N(0, σ²) at the pre-activation of every
 * block, the output block included, in one noisy pass; δ = ξ (L̃ − L) / σ² of each example. The
 * presynaptic activity is the clean pass's, so that the expected update is the gradient to first
 * order in σ.
 */
import { top } from '../losses.js'
import { at, matrix, subtract } from '../matrix.js'
import { forward, gradients, of } from '../network.js'
import { change, look, type Change, type PerBlock, type Task } from '../teach.js'

/** `noise[i]` is ξ of block i, of the shape of its linear map's output. */
export function nodePerturbation(task: Task, noise: PerBlock, sigma: number): Change[] {
  const { network, parameters, x, targets, kept } = task
  const { traces, out } = look(task)
  const noisy = forward(network, parameters, x, { noise, ...(kept && { kept }) })
  const perturbed = top(network.loss, of(noisy, noisy.length - 1).output, targets)
  const worse = subtract(perturbed.each, out.each)
  return traces.map((trace, i) => {
    const xi = of(noise, i)
    const delta = matrix(xi.rows, xi.columns, (row, unit) => {
      return (at(xi, row, unit) * at(worse, row, 0)) / sigma ** 2
    })
    return change(task, gradients(trace, delta))
  })
}
