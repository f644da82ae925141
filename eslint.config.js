import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const nodeGlobals = Object.fromEntries(
  [
    ...['console', 'module', 'performance', 'process', 'setImmediate', 'setTimeout', 'URL'],
    'WebAssembly',
  ].map((name) => [name, false]),
)

export default tseslint.config(
  {
    ignores: ['dist', 'native', 'wasm', 'target', '.cache', 'runs', 'scripts', '*.config.*'],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Numbers in messages are what users read.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // Plain JavaScript that runs as it stands: no types to check by.
    files: ['**/*.{mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: nodeGlobals },
  },
)
