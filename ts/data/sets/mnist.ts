import { idxSet } from './idxSet.js'

const choose = () => ({ classes: 10 })

export const mnist = idxSet({ name: 'mnist', called: 'MNIST', choose })
