import { none } from '../options.js'
import { idxSet } from './idxSet.js'

const choose = () => ({ classes: 10 })

export const mnist = idxSet({ name: 'mnist', called: 'MNIST', options: none, choose })
