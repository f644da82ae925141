import fc from 'fast-check'

// The same inputs in each run, so that no change fails by another's luck; others in the long one.
if (process.env['FEEDALIGN_LONG'] === undefined) fc.configureGlobal({ seed: 1 })
