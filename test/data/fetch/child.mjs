/** Fetches what a manifest tells of, in a process of its own. node child.mjs MANIFEST FOLDER */
import { fetchFiles } from '../../../dist/data/fetch/index.js'

const [, , manifest = '', folder = ''] = process.argv
try {
  await fetchFiles(JSON.parse(manifest), folder)
} catch (error) {
  console.error(`${error.name}: ${error.message}`)
  process.exitCode = 1
}
