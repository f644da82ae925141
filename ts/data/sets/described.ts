import { dataSources, type Loaded } from './index.js'

/** A data set as reports tell of it; examples are counted. */
export interface DataDescription {
  readonly name: string
  readonly title: string
  readonly sample: boolean
  readonly train: number
  readonly test: number
}

export function describeData({ name, sample, train, test }: Loaded): DataDescription {
  const title = dataSources.find((source) => source.name === name)?.title ?? name
  return { name, title, sample, train: train.count, test: test.count }
}
