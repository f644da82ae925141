import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// What chooses kernels and engines for its whole process.
const alone = 'test/engine/**'

export default defineConfig({
  test: {
    // The native addon keeps threads: processes, never worker threads.
    pool: 'forks',
    // One more than there are cores, as some tests wait for programs that they start.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 120_000,
    setupFiles: 'test/setup.ts',
    projects: [
      {
        extends: true,
        test: { name: 'a process a file', include: [`${alone}/*.test.ts`] },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.{ts,mjs}'],
          exclude: [alone],
          // A process for each file, and all modules anew, took a quarter of the time.
          isolate: false,
        },
      },
    ],
  },
})
