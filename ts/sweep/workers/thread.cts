/**
 * Where a worker thread begins. It is CommonJS that loads nothing before the first job: piscina would
 * require an ES module, and ending a thread amid that ends the whole process (Node 20).
 */
module.exports = async (given: unknown): Promise<unknown> => {
  const worker = await import('./worker.js')
  return worker.default(given as Parameters<typeof worker.default>[0])
}
