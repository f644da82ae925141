import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The native addon keeps threads: a process per file, never a worker thread.
  test: { include: ['test/**/*.test.{ts,mjs}'], pool: 'forks', testTimeout: 120_000 },
})
