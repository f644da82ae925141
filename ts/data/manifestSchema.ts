import * as v from 'valibot'

/** What bytes are expected: their number, and a checksum where one is published or was taken. */
const contents = v.pipe(
  v.strictObject({
    bytes: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
    /** Hexadecimal, as `sha256`. */
    md5: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
    sha256: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  }),
  v.check(
    ({ bytes, md5, sha256 }) => (bytes ?? md5 ?? sha256) !== undefined,
    'neither a size nor a checksum',
  ),
)

/** In the set's folder, and never outside of it: no slash, no leading dot. */
const fileName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][\w.+-]*$/, 'not the plain name of a file'),
)

const origin = v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//, 'neither http: nor https:'))

/**
 * Where to get it as it is published: the same bytes from each, the first that answers is taken.
 */
const origins = v.array(origin)

/** What is fetched only to take files out of it, by names within that the files tell. */
const archive = v.strictObject({
  /** Ends in `.tar.gz` or `.zip`. */
  name: v.pipe(fileName, v.regex(/\.(tar\.gz|zip)$/, 'neither a .tar.gz nor a .zip')),
  origins,
  packed: contents,
})

const file = v.pipe(
  v.strictObject({
    /** As published; what is found may be packed or not. */
    name: fileName,
    part: v.picklist(['train', 'test', 'extra', 'all']),
    /** What the file holds of that part, as `images`. */
    content: v.string(),
    /** Empty where it is not offered alone, or not at all. */
    origins,
    /** The archive that it stands in, and its path there. */
    member: v.exactOptional(v.strictObject({ archive: fileName, path: v.string() })),
    /** As published, of a file that is gzip's; absent where packers differ. */
    packed: v.exactOptional(contents),
    /** Its bytes when unpacked, or all of a file that is not packed. */
    unpacked: v.exactOptional(contents),
  }),
  v.check(
    ({ packed, unpacked }) => (packed ?? unpacked) !== undefined,
    'neither `packed` nor `unpacked`',
  ),
  v.check(
    (told) => offersWhatIsKnown(told.origins, published(told)),
    'an http: origin needs a checksum',
  ),
)

/** What is known of a data set's files: `datasets/NAME.json`. */
export const manifestSchema = v.pipe(
  v.strictObject({
    name: v.string(),
    title: v.string(),
    publisher: v.string(),
    terms: v.string(),
    files: v.array(file),
    archives: v.optional(v.array(archive), []),
    /**
     * How to get it and where to put it, a line each, where no program may fetch it; `{folder}`
     * stands for the folder it belongs in.
     */
    byHand: v.exactOptional(v.array(v.string())),
  }),
  v.check(
    ({ archives }) => archives.every(({ origins, packed }) => offersWhatIsKnown(origins, packed)),
    'an http: origin of an archive needs a checksum',
  ),
  v.check(({ files, archives }) => {
    const names = new Set(archives.map(({ name }) => name))
    return files.every(({ member }) => member === undefined || names.has(member.archive))
  }, 'a file stands in an archive that `archives` does not have'),
)

export type Manifest = Readonly<v.InferOutput<typeof manifestSchema>>
export type ManifestFile = Readonly<v.InferOutput<typeof file>>
export type ManifestArchive = Readonly<v.InferOutput<typeof archive>>
export type Contents = Readonly<v.InferOutput<typeof contents>>

/** What an origin sends, or an archive holds: the file as packed, if its publisher packs it. */
export function published(file: {
  name: string
  packed?: Contents
  unpacked?: Contents
}): Contents {
  const { name, packed, unpacked } = file
  // How large and of what checksum a gz is cannot be told from its contents.
  return packed ?? (name.endsWith('.gz') ? {} : (unpacked ?? {}))
}

/** Over http: anybody on the way can change what comes; a checksum tells. */
function offersWhatIsKnown(origins: readonly string[], known: Contents): boolean {
  return hasChecksum(known) || origins.every((url) => url.startsWith('https:'))
}

export function hasChecksum({ md5, sha256 }: Contents): boolean {
  return (md5 ?? sha256) !== undefined
}
