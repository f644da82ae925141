/**
 * Classes, in the order of their labels, and in each the phones of the folded set of 39 (Lee and
 * Hon, 1989) with those of TIMIT's 61 that are folded into them. `hh` and `hv` are glides, as in
 * TIMIT's own table; a flap is a stop there too. The glottal stop `q` has no place in the folded
 * set: its frames are left out.
 */
export const classes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'vowels and diphthongs': {
    iy: ['iy'],
    ih: ['ih', 'ix'],
    eh: ['eh'],
    ae: ['ae'],
    aa: ['aa', 'ao'],
    ah: ['ah', 'ax', 'ax-h'],
    uh: ['uh'],
    uw: ['uw', 'ux'],
    er: ['er', 'axr'],
    ey: ['ey'],
    ay: ['ay'],
    oy: ['oy'],
    aw: ['aw'],
    ow: ['ow'],
  },
  stops: {
    b: ['b'],
    d: ['d'],
    g: ['g'],
    p: ['p'],
    t: ['t'],
    k: ['k'],
    dx: ['dx'],
  },
  'fricatives and affricates': {
    s: ['s'],
    sh: ['sh', 'zh'],
    z: ['z'],
    f: ['f'],
    th: ['th'],
    v: ['v'],
    dh: ['dh'],
    ch: ['ch'],
    jh: ['jh'],
  },
  nasals: {
    m: ['m', 'em'],
    n: ['n', 'en', 'nx'],
    ng: ['ng', 'eng'],
  },
  'semivowels, glides and liquids': {
    l: ['l', 'el'],
    r: ['r'],
    w: ['w'],
    y: ['y'],
    hh: ['hh', 'hv'],
  },
  'silence and closures': {
    sil: ['h#', 'pau', 'epi', 'pcl', 'tcl', 'kcl', 'bcl', 'dcl', 'gcl'],
  },
}

/** Phones of TIMIT that have no class. */
export const leftOut = ['q'] as const

const names = Object.keys(classes)

/** The class of each of the 61 phones; undefined of one that is left out. */
export const classOf: ReadonlyMap<string, number | undefined> = new Map<string, number | undefined>(
  [
    ...Object.values(classes).flatMap((folded, label) =>
      Object.values(folded)
        .flat()
        .map((phone) => [phone, label] as const),
    ),
    ...leftOut.map((phone) => [phone, undefined] as const),
  ],
)

export const CLASSES = names.length

/** The map a row for each of the 39: its label and class, and which of the 61 it is folded from. */
export function phoneMap() {
  return Object.entries(classes).flatMap(([name, folded], label) =>
    Object.entries(folded).map(([phone, from]) => ({ label, class: name, phone, from })),
  )
}
