/**
 * Draws by a 32-bit mixing generator, from a seed and a place such as an image's: what is drawn at
 * one place does not depend on what else is made. Whole numbers and their quotients only, so that
 * every machine draws the same.
 */
export class Draws {
  #state: number

  constructor(seed: number, place: number) {
    this.#state = mixed((seed ^ Math.floor(seed / 2 ** 32)) >>> 0) ^ mixed(place + 0x9e3779b9)
  }

  /** 0 to 2³² − 1. */
  word(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    return mixed(this.#state)
  }

  /** From `low` to below `high`. */
  between(low: number, high: number): number {
    return low + (this.word() / 2 ** 32) * (high - low)
  }

  /** A place in `weights`, in proportion to what stands there. */
  weighted(weights: readonly number[]): number {
    let left = this.between(
      0,
      weights.reduce((sum, weight) => sum + weight, 0),
    )
    const place = weights.findIndex((weight) => (left -= weight) < 0)
    return Math.max(0, place)
  }
}

function mixed(word: number): number {
  let result = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
  result = Math.imul(result ^ (result >>> 15), 0x735a2d97)
  return (result ^ (result >>> 15)) >>> 0
}
