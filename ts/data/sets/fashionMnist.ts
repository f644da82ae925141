import { none } from '../options.js'
import { idxSet } from './idxSet.js'

const classNames = [
  ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat'],
  ...['Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
]

export const fashionMnist = idxSet({
  name: 'fashion-mnist',
  called: 'Fashion-MNIST',
  options: none,
  choose: () => ({ classes: classNames.length, about: { classNames } }),
})
