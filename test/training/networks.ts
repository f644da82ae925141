/** Small networks, one for each kind of block. */
import {
  activations,
  averagePool,
  batchNorm,
  conv2d,
  dense,
  dropout,
  local2d,
  maxPool,
  maxout,
  network,
  type Block,
  type Network,
  type Part,
} from '../../ts/network/index.js'

/** Three blocks of a kind below a linear one; no width is a whole number of panels. */
const deep = (wide: number, ...parts: (Part | string)[]): Network =>
  network(12, dense(wide, ...parts), dense(wide, ...parts), dense(wide, ...parts), dense(4))

/** Images of 6 × 5 with 2 channels, the block in question, a convolution and two dense blocks. */
const onImages = (block: Block): Network => {
  const second = conv2d({ channels: 5, kernel: 2, padding: [1, 0] }, 'tanh')
  return network([6, 5, 2], block, second, dense(9, 'sigmoid'), dense(4))
}

/** From 6 × 5 to 3 × 3 places. */
const convolution = (channels: number, ...parts: (Part | string)[]): Network =>
  onImages(conv2d({ channels, kernel: [3, 2], stride: [2, 2], padding: [1, 1] }, ...parts))

const fields = (...parts: (Part | string)[]): Network => {
  const [first, second] = [
    { field: [3, 2], layout: [4, 4], units: 3 },
    { field: [2, 3], layout: [2, 3], units: 7 },
  ] as const
  return network([6, 5, 2], local2d(first, ...parts), local2d(second, 'tanh'), dense(4))
}

export const networks: Readonly<Record<string, Network>> = {
  ...Object.fromEntries(activations.map(({ name }) => [`dense, ${name}`, deep(20, name)])),
  'dense, dropout': deep(20, 'tanh', dropout(0.4)),
  'dense, maxout': deep(21, maxout(3)),
  'dense, maxout and dropout': deep(21, maxout(3), dropout(0.4)),
  'dense, batch norm before relu': deep(18, batchNorm({ epsilon: 1e-3 }), 'relu'),
  'dense, batch norm, maxout and dropout': deep(21, batchNorm(), maxout(3), dropout(0.4)),
  local2d: fields('tanh'),
  'local2d, max pooling': fields('tanh', maxPool(2, 1)),
  'local2d, batch norm and dropout': fields(batchNorm(), 'leaky-relu', dropout(0.3)),
  conv2d: convolution(5, 'tanh'),
  'conv2d, max pooling': convolution(5, 'relu', maxPool(2, 1)),
  'conv2d, average pooling': convolution(5, 'sigmoid', averagePool([2, 1], [1, 2])),
  'conv2d, maxout': convolution(6, maxout(2)),
  'conv2d, batch norm': convolution(5, batchNorm(), 'tanh'),
  'conv2d, all local parts': convolution(
    6,
    ...[batchNorm(), 'softplus', maxout(2), maxPool(2, 1), dropout(0.4)],
  ),
}
