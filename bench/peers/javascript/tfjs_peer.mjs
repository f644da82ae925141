/**
 * TensorFlow.js on its wasm backend: the step written out, as its product of a transposed matrix is
 * five to eight times as slow as transposing first.
 */
import { required, versionOf } from '../npm.mjs'
import { LEARNING_RATE, network } from './network.mjs'
import { serve } from './serve.mjs'

const tf = required('@tensorflow/tfjs-core')
required('@tensorflow/tfjs-backend-wasm')
await tf.setBackend('wasm')
await tf.ready()

const tensor = ({ shape, data }) => tf.tensor2d(data, shape)

/** The blocks after a step of a tanh network under softmax and mean cross-entropy. */
function step(blocks, x, t) {
  const top = blocks.length - 1
  const outputs = [x]
  blocks.forEach(([weight, bias], i) => {
    const a = tf.add(tf.matMul(outputs[i], weight), bias)
    outputs.push(i < top ? tf.tanh(a) : a)
  })
  // The rate and the mean are folded into the signal.
  let delta = tf.mul(tf.sub(tf.softmax(outputs.at(-1)), t), LEARNING_RATE / t.shape[0])
  const next = []
  for (let i = top; i >= 0; i--) {
    const [weight, bias] = blocks[i]
    const gradient = tf.matMul(tf.transpose(outputs[i]), delta)
    next[i] = [tf.sub(weight, gradient), tf.sub(bias, tf.sum(delta, 0))]
    if (i > 0) {
      const signal = tf.matMul(delta, tf.transpose(weight))
      delta = tf.mul(signal, tf.sub(1, tf.square(outputs[i])))
    }
  }
  return next
}

function prepare({ widths, batch }) {
  const { weights, x, t } = network(widths, batch)
  const [inputs, targets] = [tensor(x), tensor(t)]
  let blocks = weights.map((weight) => [tensor(weight), tf.zeros([weight.shape[1]])])
  return () => {
    const before = blocks.flat()
    blocks = tf.tidy(() => step(blocks, inputs, targets))
    tf.dispose(before)
    return 1
  }
}

await serve('tfjs-wasm', versionOf('@tensorflow/tfjs-backend-wasm'), prepare)
