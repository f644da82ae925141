import fc from 'fast-check'
import { expect, test } from 'vitest'
import { htmlTable, markup, page } from '../../ts/report/html.js'

const awkward = `<script>alert("&'")</script>`
const escaped = '&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;'

test('text is escaped wherever it becomes part of a page', () => {
  const body = markup`<p title="${awkward}">${awkward}</p>${htmlTable([{ [awkward]: awkward }])}`
  const document = page(awkward, body)
  expect(document).not.toContain('<script')
  expect(document.split(escaped)).toHaveLength(7)
})

test('no text can leave its place between tags or in an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { text: made } = markup`<p title="${text}">${text}</p>`
      expect(made).toMatch(/^<p title="[^<>"]*">[^<>]*<\/p>$/)
    }),
  )
})

test('a page needs no script, no other file and no network, and forbids them', () => {
  const document = page('a title', markup`<p>text</p>`)
  expect(document).toMatch(/^<!doctype html>/)
  expect(document).toContain("default-src 'none'")
  expect(document).toContain('color-scheme: light dark')
  expect(document).not.toMatch(/<script|<link|<img|\bsrc=|https?:/)
})

test('a table has a head, a row for each row, and its columns in the order of the first', () => {
  const { text } = htmlTable([
    { rule: 'bp', error: '1 %' },
    { error: '2 %', rule: 'fa' },
  ])
  const cells = [...text.matchAll(/<t[hd](?:\s[^>]*)?>([^<]*)</g)].map(([, cell]) => cell)
  expect(cells).toEqual(['rule', 'error', 'bp', '1 %', 'fa', '2 %'])
})
