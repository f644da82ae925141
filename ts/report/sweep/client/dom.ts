/** Makers of elements; text is only ever put in as text. */

type Attributes = Readonly<Record<string, string | number>>

export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  made.append(...children)
  return made
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  made.append(...children)
  return made
}

/** The element that the page has for a part of it. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new RangeError(`the page has no #${id}`)
  return found
}

export function button(label: string, press: () => void, title = ''): HTMLButtonElement {
  const made = html('button', { type: 'button', ...(title === '' ? {} : { title }) }, label)
  made.addEventListener('click', press)
  return made
}
