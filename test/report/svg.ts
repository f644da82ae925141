/** What a chart's picture says to those who cannot see it: the lines, by vega's own labels. */
export function lines(svg: string): { label: string; points: number; colour: string }[] {
  const paths = svg.matchAll(
    /<path aria-label="([^"]*)"[^>]*"line mark" d="([^"]*)" stroke="([^"]*)"/g,
  )
  return [...paths].map(([, label = '', d = '', colour = '']) => ({
    label,
    points: d.split(/[ML]/).length - 1,
    colour,
  }))
}

/** Texts that are seen in it. */
export function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text)
}
