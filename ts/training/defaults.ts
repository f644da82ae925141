/** Of RMSprop, Adam and AdamW, whose steps hardly depend on how long gradients are. */
export const adaptiveLearningRate = 0.001

export const defaultBatch = 64
export const defaultEpochs = 10
