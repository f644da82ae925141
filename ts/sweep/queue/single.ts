/** Has what is done for an id done once at a time: whoever asks meanwhile gets what it comes to. */
export class Single<T> {
  readonly #atWork = new Map<string, Promise<T>>()

  do(id: string, work: () => Promise<T>): Promise<T> {
    const known = this.#atWork.get(id)
    if (known !== undefined) return known
    const working = work().finally(() => this.#atWork.delete(id))
    this.#atWork.set(id, working)
    return working
  }
}
