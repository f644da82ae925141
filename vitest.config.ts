import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,mjs}'],
    // The native addon keeps threads: a process per file, never a worker thread.
    pool: 'forks',
    // Vitest would leave a core to itself, which has little to do.
    maxWorkers: availableParallelism(),
    testTimeout: 120_000,
  },
})
