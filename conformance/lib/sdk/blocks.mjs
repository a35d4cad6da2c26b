// Blocks: what is read of what was written, and where it goes (spec/02 §12, spec/03 §4–6, spec/10 "A new object", "Blocks").

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { checkRefusal, exchangeOf, refused } from '../client.mjs'
import {
  assertStored, bare, BASE, blocksOf, flat, idsOf, paragraph, stored, textOf, textsOf, title, token, UUID,
} from '../content.mjs'

const PAGE = 'RootPage'
const EMPTY = { type: 'TextBlock', tokens: [], blocks: [], hierarchy: BASE }
const INVALID = 'cap_invalid_input'

export async function blocks(world) {
  await newObjects(world)
  await kinds(world)
  await places(world)
  await identities(world)
}

/** The key of an object's main body section: the first one. */
const mainKey = (object) => Object.keys(object.blocks)[0]
const mainOf = (object) => object.blocks[mainKey(object)]

async function newObjects({ api, experiment, make, sample }) {
  const { protocol, results } = experiment.ids

  await check('a new object answers its main body section with one empty TextBlock', async () => {
    const keys = { RootPage: /./, RootTag: /./, RootTask: /^RootTask_notes$/, [sample.structureId]: UUID }
    for (const [structureId, key] of Object.entries(keys)) {
      const object = await api.create({ structureId })
      assert.match(mainKey(object), key)
      assert.deepStrictEqual(bare(mainOf(object)), [EMPTY], structureId)
      assert.match(mainOf(object)[0].id, UUID)
    }
  })

  await check('a new object answers every body section as a key of blocks, the main one first', async () => {
    const { blocks: sections } = await make(experiment.id, 'sections')
    const keys = Object.keys(sections)
    assert.equal(keys.length, 3)
    assert.deepEqual(keys.slice(1), [protocol, results])
    assert.ok(Object.values(sections).every(Array.isArray))
  })

  await check('the block key is the same for all objects of a structure', async () => {
    for (const id of ['RootPage', experiment.id]) {
      assert.deepEqual(Object.keys((await make(id, 'a')).blocks), Object.keys((await make(id, 'b')).blocks))
    }
  })

  const fifteen = Array.from({ length: 15 }, (_, index) => paragraph(`block ${index}`))
  for (const type of ['end', 'start']) {
    await check(`the first append at the ${type} replaces the lone empty TextBlock: 15 blocks are 15`, async () => {
      const { id } = await make(PAGE, 'fifteen')
      assertStored(mainOf(await api.append({ id, position: { type }, blocks: fifteen })), fifteen)
      const more = await api.append({ id, position: { type }, blocks: [paragraph('another')] })
      assert.equal(mainOf(more).length, 16)
    })
  }
  await check('the first append of Markdown replaces the lone empty TextBlock', async () => {
    const { id } = await make(PAGE, 'markdown')
    assert.deepEqual(textsOf(mainOf(await api.append({ id, markdown: 'one\n\ntwo' }))), ['one', 'two'])
  })
  await check('an append of empty Markdown adds nothing', async () => {
    const page = await make(PAGE, 'markdown')
    assert.deepStrictEqual((await api.append({ id: page.id, markdown: '' })).blocks, page.blocks)
  })
  await check('the first append to another section fills it with exactly what was sent', async () => {
    const object = await make(experiment.id, 'other section')
    for (const key of [protocol, results]) {
      const appended = await api.append({ id: object.id, propertyId: key, blocks: fifteen })
      assertStored(appended.blocks[key], fifteen)
      assert.deepStrictEqual(mainOf(appended), mainOf(object))
    }
  })
  await check('an empty TextBlock that was sent beside another stays', async () => {
    const { id } = await make(PAGE, 'empty ones')
    await api.append({ id, blocks: [paragraph('text'), { type: 'TextBlock' }] })
    assert.deepEqual(textsOf(mainOf(await api.append({ id, blocks: [paragraph('more')] }))), ['text', '', 'more'])
  })
}

/** Every kind of block, decoration and token, each under what to call it. */
const oneOfEach = (page, tag) => ({
  'a paragraph': paragraph('plain', { hierarchy: BASE }),
  ...named(['H1', 'H2', 'H3'], (key, index) => ['a heading', paragraph('head', { hierarchy: { key, val: index + 1 } })]),
  ...named(['bullet', 'alphabetical', 'numerical', 'roman'], (type) => ['a list item', paragraph('item', { list: { type } })]),
  ...named([true, false], (isDone) => ['a to-do', paragraph('to do', { todo: { isDone } })]),
  ...named([true, false], (isOpen) => ['a toggle', paragraph('toggle', { toggle: { isOpen }, blocks: [paragraph('inside')] })]),
  ...named(['normal', 'standout'], (layout) => ['a quote', paragraph('quote', { quote: { layout } })]),
  ...named(['left', 'center', 'right'], (textAlignment) => ['an aligned paragraph', paragraph('aligned', { textAlignment })]),
  ...named(['text-gray', 'bg-emerald'], (colorTheme) => ['a coloured paragraph', paragraph('coloured', { colorTheme })]),
  'a paragraph that is several things': paragraph('all', { list: { type: 'bullet' }, todo: { isDone: false }, quote: { layout: 'normal' }, colorTheme: 'bg-red' }),
  'a highlight': paragraph('highlight', { highlight: { type: 'custom', label: 'Label', location: 'p. 3', url: 'https://example.com', color: 'purple' } }),
  'a highlight with a label alone': paragraph('highlight', { highlight: { type: 'custom', label: 'L' } }),
  'a paragraph of all tokens': {
    type: 'TextBlock',
    tokens: [
      token('', {}), token('bold', { bold: true }), token('not bold', { bold: false }),
      token('all', { bold: true, italic: true, strikethrough: true, underline: true }),
      token('colour', {}, { color: 'text-red' }), token(' \t\n ✅ 漢 \u0000'),
      { type: 'LinkToken', text: 'url', url: 'HTTPS://Example.com/a b?x=1&y=2#ü' },
      { type: 'LinkToken', text: '', entityId: page.id },
      { type: 'LinkToken', text: 'day', date: { start: '2026-05-06T00:00:00.000Z' } },
      { type: 'LinkToken', text: 'time', date: { dateResolution: 'time', start: '2026-05-06T07:08:09.010Z', end: '2026-05-06T08:00:00.000Z' } },
      { type: 'MathToken', text: 'x^2' }, { type: 'CodeToken', text: 'let `x`' },
    ],
  },
  'a TextBlock without anything': { type: 'TextBlock' },
  'a code block': { type: 'CodeBlock', lang: 'rust', text: 'fn main() {\n\tprintln!("<&>");\n}\n' },
  'an empty code block': { type: 'CodeBlock', lang: '', text: '' },
  'a formula': { type: 'MathBlock', text: '\\int_0^1 x', colorTheme: 'text-blue' },
  'a line': { type: 'HorizontalLineBlock' },
  'an embedded object': { type: 'EntityBlock', entityId: tag.id },
  'an embed of nothing': { type: 'EntityBlock', entityId: null },
  'a group': { type: 'GroupBlock', blocks: [paragraph('one'), { type: 'GroupBlock', blocks: [paragraph('deeper')] }], toggle: { isOpen: true } },
  'a group without children': { type: 'GroupBlock', list: { type: 'roman' }, todo: { isDone: true }, colorTheme: 'bg-gray' },
  'a grid': { type: 'GridBlock', gridLayout: 'columns', dividers: [50], columns: [[paragraph('left')], [paragraph('right'), paragraph('below')]] },
  'a grid with empty columns': { type: 'GridBlock', gridLayout: 'grid', dividers: [33.3, 66.6], columns: [[], [paragraph('middle')], []], colorTheme: 'bg-sky' },
})

const named = (variants, make) =>
  Object.fromEntries(variants.map((variant, index) => {
    const [what, block] = make(variant, index)
    return [`${what} (${variant})`, block]
  }))

async function kinds({ api, make, pages, tags, experiment }) {
  for (const [what, written] of Object.entries(oneOfEach(pages[0], tags[0]))) {
    await check(`${what} is read as it was written`, async () => {
      const { id } = await make(PAGE, 'kinds')
      assertStored(mainOf(await api.append({ id, blocks: [written, paragraph('after')] })), [written, paragraph('after')])
    })
  }

  await check('all kinds together are read as they were written, by append, POST and PATCH alike', async () => {
    const written = Object.values(oneOfEach(pages[1], tags[1]))
    const page = await make(PAGE, 'all kinds')
    const key = mainKey(page)
    assertStored((await api.append({ id: page.id, blocks: written })).blocks[key], written)
    assertStored((await api.create({ structureId: PAGE, blocks: { [key]: written } })).blocks[key], written)
    assertStored((await api.update({ id: (await make(PAGE, 'p')).id, blocks: { [key]: written } })).blocks[key], written)
  })

  await check('every colour of text and of blocks is kept', async () => {
    const hues = 'gray rose pink fuchsia purple violet indigo blue sky cyan teal emerald green lime yellow amber orange red'.split(' ')
    const colors = hues.flatMap((hue) => [`text-${hue}`, `bg-${hue}`])
    const written = colors.map((color) => ({ type: 'TextBlock', tokens: [token(color, {}, { color })], colorTheme: color }))
    const { id } = await make(PAGE, 'colours')
    assertStored(mainOf(await api.append({ id, blocks: written })), written)
  })

  await check('dividers are stored as sent', async () => {
    for (const dividers of [[50], [0.5], [33.333333333333336, 66.6], []]) {
      const { id } = await make(PAGE, 'grid')
      const columns = Array.from({ length: Math.max(2, dividers.length + 1) }, () => [paragraph('x')])
      assert.deepStrictEqual(mainOf(await api.append({ id, blocks: [{ type: 'GridBlock', dividers, columns }] }))[0].dividers, dividers)
    }
  })

  await check('an empty style stays, textAlignment is never answered', async () => {
    const { id } = await make(PAGE, 'style')
    const object = await api.append({ id, blocks: [paragraph('x', { textAlignment: 'center' })] })
    assert.deepStrictEqual(mainOf(object)[0].tokens, [{ type: 'TextToken', text: 'x', style: {} }])
    assert.ok(!exchangeOf(object).text.includes('textAlignment'))
  })

  await check('a LinkToken with a date comes back complete', async () => {
    const { id } = await make(PAGE, 'date')
    const written = { type: 'TextBlock', tokens: [{ type: 'LinkToken', text: 'on', date: { start: '2026-05-06' } }] }
    const [link] = mainOf(await api.append({ id, blocks: [written] }))[0].tokens
    const date = { dateResolution: 'day', start: '2026-05-06T00:00:00.000Z', end: null }
    assert.deepStrictEqual(link, { type: 'LinkToken', text: 'on', date })
  })

  await check('32 levels of blocks are kept', async () => {
    let written = paragraph('level 32')
    for (let level = 31; level >= 1; level--) written = paragraph(`level ${level}`, { blocks: [written] })
    const { id } = await make(PAGE, 'deep')
    assertStored(mainOf(await api.append({ id, blocks: [written] })), [written])
  })

  await check('Markdown of an append becomes blocks', async () => {
    const { id } = await make(PAGE, 'markdown')
    const markdown = '# Head\n\nA **bold** `code` [link](https://example.com/a).\n\n- one\n- two\n\n1. first\n\n- [ ] open\n- [x] done\n\n> quoted\n\n```js\nconst a = 1\n```\n\n---\n'
    const all = blocksOf(await api.append({ id, markdown }))
    const has = (what, test) => assert.ok(all.some(test), `${what} in ${JSON.stringify(all)}`)
    has('a heading', (block) => textOf(block) === 'Head' && block.hierarchy?.key === 'H1')
    has('bold text', (block) => block.tokens?.some((part) => part.text === 'bold' && part.style?.bold))
    has('code in a line', (block) => block.tokens?.some((part) => part.type === 'CodeToken' && part.text === 'code'))
    has('a link', (block) => block.tokens?.some((part) => part.url === 'https://example.com/a'))
    has('bullets', (block) => block.list?.type === 'bullet' && textOf(block) === 'two')
    has('numbers', (block) => block.list?.type === 'numerical' && textOf(block) === 'first')
    has('an open to-do', (block) => block.todo?.isDone === false && textOf(block) === 'open')
    has('a done to-do', (block) => block.todo?.isDone === true)
    has('a quote', (block) => block.quote && textOf(block) === 'quoted')
    has('a code block', (block) => block.type === 'CodeBlock' && block.lang === 'js' && block.text.trimEnd() === 'const a = 1')
    has('a line', (block) => block.type === 'HorizontalLineBlock')
  })

  await check('a written EntityBlock with a date is refused', async () => {
    const { id } = await make(PAGE, 'embed')
    const block = { type: 'EntityBlock', entityId: null, date: { start: null } }
    checkRefusal(await api.raw('POST', '/blocks/append', { id, blocks: [block] }), 400, INVALID)
  })

  await check('unknown keys of blocks and tokens are ignored', async () => {
    const { id } = await make(PAGE, 'extra')
    const block = { ...paragraph('x'), nonsense: 1, tokens: [{ ...token('x'), more: true }] }
    const { status, json } = await api.raw('POST', '/blocks/append', { id, blocks: [block] })
    assert.equal(status, 200)
    assert.deepStrictEqual(bare(mainOf(json)), stored([paragraph('x')]))
  })

  await check('POST and PATCH take several sections, and sections not named stay', async () => {
    const { protocol, results } = experiment.ids
    const object = await api.create({ structureId: experiment.id, blocks: { [results]: [paragraph('r')], [protocol]: [paragraph('p')] } })
    assert.deepEqual([textsOf(object.blocks[protocol]), textsOf(object.blocks[results])], [['p'], ['r']])
    const updated = await api.update({ id: object.id, blocks: { [results]: [paragraph('R')] } })
    assert.deepEqual(textsOf(updated.blocks[results]), ['R'])
    assert.deepStrictEqual(updated.blocks[protocol], object.blocks[protocol])
    assert.deepStrictEqual(mainOf(updated), mainOf(object))
  })

  await check('PATCH replaces the text of a section and leaves the properties', async () => {
    const page = await make(PAGE, 'kept title')
    const key = mainKey(page)
    await api.append({ id: page.id, blocks: [paragraph('old'), paragraph('older')] })
    const updated = await api.update({ id: page.id, blocks: { [key]: [paragraph('new')] } })
    assert.deepEqual(textsOf(updated.blocks[key]), ['new'])
    assert.deepStrictEqual(updated.properties.title, title('kept title'))
    assert.deepStrictEqual((await api.update({ id: page.id, blocks: { [key]: [] } })).blocks[key], [])
  })

  await check('a block key that is no body section is refused', async () => {
    const { id } = await make(PAGE, 'keys')
    for (const key of ['title', 'nope', randomUUID()]) {
      await refused(api.update({ id, blocks: { [key]: [paragraph('x')] } }), 400, INVALID)
      await refused(api.create({ structureId: PAGE, blocks: { [key]: [paragraph('x')] } }), 400, INVALID)
      await refused(api.append({ id, propertyId: key, blocks: [paragraph('x')] }), 400, INVALID)
    }
  })
}

async function places({ api, make, experiment }) {
  const { protocol } = experiment.ids
  const texts = (object) => textsOf(mainOf(object))
  const after = (id) => ({ type: 'after_block', after_block: { id } })
  let page = await make(PAGE, 'places')
  const key = mainKey(page)
  const put = async (more) => (page = await api.append({ id: page.id, ...more }))
  const block = (text) => blocksOf(page).find((one) => textOf(one) === text)
  const group = { type: 'GroupBlock', blocks: [paragraph('in group')] }
  const grid = { type: 'GridBlock', dividers: [50], columns: [[paragraph('left')], [paragraph('right')]] }

  await check('an append goes to the end by default, and where `start` and `end` say', async () => {
    await put({ blocks: [paragraph('one', { blocks: [paragraph('child a')] })] })
    await put({ position: { type: 'end' }, blocks: [paragraph('two'), paragraph('three')] })
    await put({ position: { type: 'start' }, blocks: [paragraph('zero'), paragraph('half')] })
    assert.deepEqual(texts(page), ['zero', 'half', 'one', 'two', 'three'])
  })
  await check('an append after a block puts all blocks right behind it, in order', async () => {
    await put({ position: after(block('one').id), blocks: [paragraph('one.1'), paragraph('one.2')] })
    assert.deepEqual(texts(page), ['zero', 'half', 'one', 'one.1', 'one.2', 'two', 'three'])
  })
  await check('an append to a parent goes to its start or end', async () => {
    const parentBlockId = block('one').id
    await put({ parentBlockId, blocks: [paragraph('child b')] })
    await put({ parentBlockId, position: { type: 'start' }, blocks: [paragraph('child 0')] })
    assert.deepEqual(textsOf(block('one').blocks), ['child 0', 'child a', 'child b'])
    assert.equal(texts(page).length, 7)
  })
  await check('an append after a nested sibling stays nested', async () => {
    await put({ position: after(block('child a').id), blocks: [paragraph('child a2')] })
    assert.deepEqual(textsOf(block('one').blocks), ['child 0', 'child a', 'child a2', 'child b'])
  })
  await check('an append after a block in a column stays in the column', async () => {
    await put({ blocks: [grid] })
    await put({ position: after(block('left').id), blocks: [paragraph('left below')] })
    const { columns } = mainOf(page).at(-1)
    assert.deepEqual(columns.map(textsOf), [['left', 'left below'], ['right']])
  })
  await check('a GroupBlock and a block without children are parents', async () => {
    await put({ blocks: [group] })
    await put({ parentBlockId: mainOf(page).at(-1).id, blocks: [paragraph('second in group')] })
    assert.deepEqual(textsOf(mainOf(page).at(-1).blocks), ['in group', 'second in group'])
    await put({ parentBlockId: block('two').id, position: { type: 'start' }, blocks: [paragraph('only child')] })
    assert.deepEqual(textsOf(block('two').blocks), ['only child'])
  })
  await check('the block key works as propertyId', async () => {
    await put({ propertyId: key, blocks: [paragraph('by key')] })
    assert.equal(texts(page).at(-1), 'by key')
  })
  await check('blocks go beside a sibling and under a parent of another section', async () => {
    const object = await make(experiment.id, 'sections')
    const before = (await api.append({ id: object.id, propertyId: protocol, blocks: [paragraph('p')] })).blocks[protocol]
    for (const propertyId of [undefined, protocol]) {
      await api.append({ id: object.id, propertyId, position: after(before[0].id), blocks: [paragraph('beside')] })
      await api.append({ id: object.id, propertyId, parentBlockId: before[0].id, blocks: [paragraph('under')] })
    }
    const { blocks: sections } = await api.get(object.id)
    assert.deepEqual(textsOf(sections[protocol]), ['p', 'beside', 'beside'])
    assert.deepEqual(textsOf(sections[protocol][0].blocks), ['under', 'under'])
    assert.deepStrictEqual(mainOf(object), sections[mainKey(object)])
  })

  await put({ blocks: [{ type: 'HorizontalLineBlock' }] })
  const childless = (type) => blocksOf(page).find((one) => one.type === type)?.id
  const x = [paragraph('must not be written')]
  const unknown = randomUUID()
  const either = ['cap_invalid_input', 'cap_not_found']
  for (const [what, wrong] of [
    ['after an unknown block', { position: after(unknown) }],
    ['after a block that has no UUID', { position: after('nope') }],
    ['under an unknown parent', { parentBlockId: unknown }],
    ['under a parent in an unknown section', { parentBlockId: block('one').id, propertyId: 'nope' }],
    ['under a HorizontalLineBlock', { parentBlockId: childless('HorizontalLineBlock') }],
    ['under a GridBlock', { parentBlockId: childless('GridBlock') }],
    ['under a parent and after a block at once', { parentBlockId: block('one').id, position: after(block('two').id) }],
    ['at an unknown position', { position: { type: 'middle' } }],
  ]) {
    await check(`an append ${what} is refused and changes nothing`, async () => {
      const before = exchangeOf(await api.get(page.id))
      const exchange = await api.raw('POST', '/blocks/append', { id: page.id, blocks: x, ...wrong })
      checkRefusal(exchange, [400, 404], either)
      assert.equal(exchangeOf(await api.get(page.id)).text, before.text)
    })
  }
  await check('an append to an unknown object is a 404', () =>
    refused(api.append({ id: unknown, blocks: x }), 404, 'cap_not_found'))
  await check('an append that links to an unknown object is refused', async () => {
    const links = [{ type: 'EntityBlock', entityId: unknown }, { type: 'TextBlock', tokens: [{ type: 'LinkToken', text: '', entityId: unknown }] }]
    for (const link of links) {
      await refused(api.append({ id: page.id, blocks: [paragraph('before'), { type: 'GroupBlock', blocks: [link] }] }), 400, INVALID)
    }
  })
}

async function identities({ api, make, experiment, pages }) {
  const written = [
    paragraph('one', { blocks: [paragraph('one.1'), paragraph('one.2', { blocks: [paragraph('one.2.1')] })] }),
    paragraph('two', { hierarchy: { key: 'H2', val: 2 } }),
    paragraph('same'), paragraph('same'), paragraph('same'),
    { type: 'CodeBlock', lang: 'js', text: 'x' },
    { type: 'GridBlock', dividers: [50], columns: [[paragraph('left')], [paragraph('right'), { type: 'HorizontalLineBlock' }]] },
    { type: 'EntityBlock', entityId: pages[0].id },
  ]
  const filled = () => api.create({ structureId: PAGE, blocks: { [mainKey(pages[0])]: written }, properties: { title: title('ids') } })
  const rewrite = async (page, blocks) => mainOf(await api.update({ id: page.id, blocks: { [mainKey(page)]: blocks } }))

  await check('block ids are stable when PATCH writes the same blocks again, and nothing changed', async () => {
    const page = await filled()
    const before = exchangeOf(await api.get(page.id))
    assert.deepStrictEqual(await rewrite(page, written), mainOf(page))
    assert.deepStrictEqual(await rewrite(page, bare(mainOf(page))), mainOf(page))
    const after = exchangeOf(await api.get(page.id))
    assert.equal(after.text, before.text)
    assert.equal(after.revision, before.revision)
  })
  await check('block ids are stable around an insertion, a removal and a change', async () => {
    for (const change of [
      (blocks) => blocks.splice(1, 0, paragraph('inserted')),
      (blocks) => blocks.splice(1, 1),
      (blocks) => { blocks[1] = paragraph('changed') },
    ]) {
      const page = await filled()
      const next = structuredClone(written)
      change(next)
      const after = await rewrite(page, next)
      assertStored(after, next)
      for (const block of mainOf(page)) {
        if (textOf(block) !== 'two') assert.ok(flat(after).some(({ id }) => id === block.id), `the id of ${textOf(block) || block.type}`)
      }
      assert.deepStrictEqual(after[0], mainOf(page)[0])
    }
  })
  await check('block ids that are sent keep their blocks, also in another order', async () => {
    const page = await filled()
    const reversed = mainOf(page).toReversed()
    const { status, json } = await api.raw('PATCH', '/object', { id: page.id, blocks: { [mainKey(page)]: reversed } })
    assert.equal(status, 200)
    assert.deepStrictEqual(mainOf(json), reversed)
  })
  await check('a free block id that is sent is taken, one of another object or sent twice is not', async () => {
    const [mine, other, fresh] = [await filled(), await filled(), randomUUID()]
    const taken = mainOf(other)[1].id
    const blocks = [fresh, taken, fresh].map((id) => ({ id, ...paragraph('x') }))
    const { json } = await api.raw('PATCH', '/object', { id: mine.id, blocks: { [mainKey(mine)]: blocks } })
    const ids = idsOf(json)
    assert.equal(ids[0], fresh)
    assert.equal(new Set([...ids, taken]).size, 4, JSON.stringify(ids))
    assert.deepStrictEqual((await api.get(other.id)).blocks, other.blocks)
  })
  await check('block ids are unique in the space', async () => {
    const all = [...idsOf(await filled()), ...idsOf(await filled()), ...idsOf(await make(experiment.id, 'x'))]
    assert.equal(new Set(all).size, all.length)
  })
  await check('an append leaves the ids and contents of all other blocks alone', async () => {
    const page = await filled()
    const after = await api.append({ id: page.id, position: { type: 'after_block', after_block: { id: mainOf(page)[2].id } }, blocks: [paragraph('new')] })
    assert.deepStrictEqual(mainOf(after).toSpliced(3, 1), mainOf(page))
  })
}
