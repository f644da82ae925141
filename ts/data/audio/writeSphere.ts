/** Of a header, as in most files. */
const SIZE = 1024

/** A NIST SPHERE file of one channel of little-endian 16-bit samples, of the database named. */
export function writeSphere(samples: Int16Array, rate: number, database: string): Uint8Array {
  const lines = [
    'NIST_1A',
    String(SIZE).padStart(7),
    `database_id -s${database.length} ${database}`,
    'channel_count -i 1',
    `sample_count -i ${samples.length}`,
    `sample_rate -i ${rate}`,
    'sample_n_bytes -i 2',
    'sample_byte_format -s2 01',
    'sample_sig_bits -i 16',
    'sample_coding -s3 pcm',
    'end_head',
    '',
  ]
  const bytes = Buffer.alloc(SIZE + 2 * samples.length, ' ')
  bytes.write(lines.join('\n'), 'latin1')
  samples.forEach((sample, i) => bytes.writeInt16LE(sample, SIZE + 2 * i))
  return bytes
}
