/** jax-js on its wasm backend: the gradient and the step of all weights compiled as one. */
import { installed, versionOf } from '../npm.mjs'
import { LEARNING_RATE, network } from './network.mjs'
import { serve } from './serve.mjs'

const { blockUntilReady, defaultDevice, grad, init, jit, nn, numpy, tree } = await import(
  installed('@jax-js/jax/dist/index.js')
)
await init('wasm')
defaultDevice('wasm')

const array = ({ shape, data }) => numpy.array(data).reshape(shape)

/** Mean cross-entropy of a tanh network. */
function loss(blocks, x, t) {
  const top = blocks.length - 1
  const outputs = blocks.reduce((h, [weight, bias], i) => {
    const a = numpy.matmul(h, weight).add(bias)
    return i < top ? numpy.tanh(a) : a
  }, x)
  return numpy.sum(nn.logSoftmax(outputs).mul(t)).mul(-1 / t.shape[0])
}

const step = jit((blocks, x, t) => {
  const gradients = grad(loss)(tree.ref(blocks), x, t)
  return blocks.map((block, i) =>
    block.map((one, j) => one.sub(gradients[i][j].mul(LEARNING_RATE))),
  )
})

function prepare({ widths, batch }) {
  const { weights, x, t } = network(widths, batch)
  const [inputs, targets] = [array(x), array(t)]
  let blocks = weights.map((weight) => [array(weight), numpy.zeros([weight.shape[1]])])
  return async () => {
    blocks = step(blocks, inputs.ref, targets.ref)
    await blockUntilReady(blocks)
    return 1
  }
}

await serve('jax-js', versionOf('@jax-js/jax'), prepare)
