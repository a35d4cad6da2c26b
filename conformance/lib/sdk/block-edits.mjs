// Updating and deleting single blocks (spec/02 §14–15, spec/10 "Blocks").

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { checkRefusal, exchangeOf, refused } from '../client.mjs'
import { assertStored, bare, blocksOf, find, idsOf, paragraph, stored, textOf, textsOf, token } from '../content.mjs'

const INVALID = 'cap_invalid_input'
const EITHER = ['cap_invalid_input', 'cap_not_found']

export async function blockEdits({ api, make, experiment }) {
  const { protocol } = experiment.ids
  const GRID = { type: 'GridBlock', dividers: [50], gridLayout: 'grid', columns: [[paragraph('left')], [paragraph('right')]] }
  const CONTENT = [
    paragraph('parent', { blocks: [paragraph('child', { blocks: [paragraph('grandchild')] }), paragraph('sibling')] }),
    paragraph('heading', { hierarchy: { key: 'H2', val: 2 }, list: { type: 'bullet' }, toggle: { isOpen: true }, todo: { isDone: false }, quote: { layout: 'standout' }, colorTheme: 'bg-red', highlight: { type: 'custom', label: 'L' } }),
    GRID,
    { type: 'GroupBlock', blocks: [paragraph('grouped')], colorTheme: 'bg-sky' },
    { type: 'CodeBlock', lang: 'js', text: 'old' },
    { type: 'MathBlock', text: 'old', colorTheme: 'bg-red' },
    { type: 'EntityBlock', entityId: null },
  ]
  const [PARENT, HEADING, GRID_AT, GROUP, CODE, MATH, ENTITY] = CONTENT.keys()

  /** A new page with the content; calls are on its block at the top that is asked for. */
  const page = async () => {
    const { id } = await make('RootPage', 'edits')
    let object = await api.append({ id, blocks: CONTENT })
    const [key] = Object.keys(object.blocks)
    return {
      id,
      key,
      get object() { return object },
      get top() { return object.blocks[key] },
      named: (text) => blocksOf(object).find((one) => textOf(one) === text),
      async update(blockId, block, more = {}) {
        object = await api.updateBlock({ id, blockId, block, ...more })
        return find(object, blockId)
      },
    }
  }

  await check('an update changes the one block; its id, its place and all other blocks stay', async () => {
    const at = await page()
    const before = at.top
    const block = await at.update(before[HEADING].id, paragraph('new text'))
    assert.deepEqual(block.tokens, [token('new text')])
    assert.deepStrictEqual(at.top.toSpliced(HEADING, 1), before.toSpliced(HEADING, 1))
    assert.equal(at.top[HEADING].id, before[HEADING].id)
  })
  await check('an update without blocks keeps the children and their ids', async () => {
    const at = await page()
    const { blocks } = at.top[PARENT]
    assert.deepStrictEqual((await at.update(at.top[PARENT].id, paragraph('PARENT'))).blocks, blocks)
    const group = at.top[GROUP]
    assert.deepStrictEqual((await at.update(group.id, { type: 'GroupBlock', colorTheme: 'bg-red' })).blocks, group.blocks)
  })
  await check('an update with blocks replaces the children, with [] removes them', async () => {
    const at = await page()
    const { id } = at.top[PARENT]
    const block = await at.update(id, paragraph('PARENT', { blocks: [paragraph('only')] }))
    assertStored([block], [paragraph('PARENT', { blocks: [paragraph('only')] })])
    for (const gone of ['child', 'grandchild', 'sibling']) assert.equal(at.named(gone), undefined)
    assert.deepStrictEqual((await at.update(id, paragraph('PARENT', { blocks: [] }))).blocks, [])
  })
  await check('an update of a grid without columns keeps them with their ids, with columns replaces them', async () => {
    const at = await page()
    const grid = at.top[GRID_AT]
    const narrower = await at.update(grid.id, { type: 'GridBlock', dividers: [25] })
    assert.deepStrictEqual(narrower, { ...grid, dividers: [25] })
    const three = { type: 'GridBlock', dividers: [30, 60], columns: [[paragraph('a')], [], [paragraph('c')]] }
    assertStored([await at.update(grid.id, three)], [{ ...three, gridLayout: 'grid' }])
  })
  await check('an updated block that is sent without hierarchy keeps its own', async () => {
    const at = await page()
    const block = await at.update(at.top[HEADING].id, { type: 'TextBlock', tokens: [token('still a heading')] })
    assert.deepStrictEqual(block.hierarchy, { key: 'H2', val: 2 })
  })
  await check('an update keeps what it leaves out, and null removes a list and a toggle', async () => {
    const at = await page()
    const { id } = at.top[HEADING]
    const kept = await at.update(id, { type: 'TextBlock', todo: { isDone: true } })
    assert.deepStrictEqual(bare([kept]), stored([{ ...CONTENT[HEADING], todo: { isDone: true } }]))
    const plain = await at.update(id, { type: 'TextBlock', list: null, toggle: null })
    assert.deepEqual([plain.list ?? null, plain.toggle ?? null], [null, null])
    assert.deepStrictEqual(plain.quote, { layout: 'standout' })
  })
  await check('nested blocks, blocks in columns and in groups are updated where they stand', async () => {
    const at = await page()
    for (const text of ['grandchild', 'right', 'grouped']) {
      const { id } = at.named(text)
      const shape = JSON.stringify(at.top).replaceAll(`"${text}"`, '"…"')
      await at.update(id, paragraph(`${text}!`))
      assert.equal(JSON.stringify(at.top).replaceAll(`"${text}!"`, '"…"'), shape)
    }
  })
  await check('code, math, entity and group blocks are updated', async () => {
    const at = await page()
    for (const [index, block] of [
      [CODE, { type: 'CodeBlock', lang: 'ts', text: 'new' }],
      [MATH, { type: 'MathBlock', text: 'new', colorTheme: 'text-red' }],
      [ENTITY, { type: 'EntityBlock', entityId: at.id }],
      [GROUP, { type: 'GroupBlock', blocks: [paragraph('new')], colorTheme: 'bg-pink', list: { type: 'roman' } }],
    ]) assertStored([await at.update(at.top[index].id, block)], [block])
  })
  await check('the block key works as propertyId of an update, another section does not', async () => {
    const { id } = await make(experiment.id, 'sections')
    const appended = await api.append({ id, propertyId: protocol, blocks: [paragraph('p')] })
    const [{ id: blockId }] = appended.blocks[protocol]
    const updated = await api.updateBlock({ id, blockId, propertyId: protocol, block: paragraph('P') })
    assert.deepEqual(textsOf(updated.blocks[protocol]), ['P'])
    const [main] = Object.keys(appended.blocks)
    await refused(api.updateBlock({ id, blockId, propertyId: main, block: paragraph('x') }), [400, 404], EITHER)
    await refused(api.updateBlock({ id, blockId, propertyId: 'nope', block: paragraph('x') }), [400, 404], EITHER)
    assert.deepEqual(textsOf((await api.updateBlock({ id, blockId, block: paragraph('Q') })).blocks[protocol]), ['Q'])
  })
  await check('an update to another type is refused and changes nothing', async () => {
    const at = await page()
    const before = exchangeOf(await api.get(at.id))
    const code = { type: 'CodeBlock', lang: 'js', text: 'x' }
    for (const [index, block] of [[PARENT, code], [PARENT, { type: 'GroupBlock' }], [CODE, paragraph('x')], [GRID_AT, code]]) {
      await refused(at.update(at.top[index].id, block), 400, INVALID)
    }
    assert.equal(exchangeOf(await api.get(at.id)).text, before.text)
  })
  await check('an update of an unknown block, or of a block of another object, is refused', async () => {
    const [at, other] = [await page(), await page()]
    for (const blockId of [randomUUID(), 'nope', other.top[PARENT].id]) {
      await refused(api.updateBlock({ id: at.id, blockId, block: paragraph('x') }), [400, 404], EITHER)
    }
    await refused(api.updateBlock({ id: randomUUID(), blockId: at.top[PARENT].id, block: paragraph('x') }), 404, 'cap_not_found')
    assert.deepStrictEqual((await api.get(other.id)).blocks, other.object.blocks)
  })

  await check('deleting a nested block leaves its parent and siblings', async () => {
    const at = await page()
    const after = await api.deleteBlock({ objectId: at.id, blockId: at.named('child').id })
    assert.deepEqual(textsOf(after.blocks[at.key][PARENT].blocks), ['sibling'])
    assert.deepStrictEqual(after.blocks[at.key].slice(1), at.top.slice(1))
  })
  await check('deleting a parent removes its whole subtree', async () => {
    const at = await page()
    const gone = ['parent', 'child', 'grandchild', 'sibling'].map((text) => at.named(text).id)
    const after = await api.deleteBlock({ objectId: at.id, blockId: at.top[PARENT].id })
    assert.deepEqual(idsOf(after), idsOf(at.object).filter((id) => !gone.includes(id)))
    for (const blockId of gone) await refused(api.deleteBlock({ objectId: at.id, blockId }), [400, 404], EITHER)
  })
  await check('deleting a grid or a block in a column takes only what is asked for', async () => {
    const at = await page()
    const half = await api.deleteBlock({ objectId: at.id, blockId: at.named('left').id })
    assert.deepEqual(half.blocks[at.key][GRID_AT].columns.map(textsOf), [[], ['right']])
    const none = await api.deleteBlock({ objectId: at.id, blockId: at.top[GRID_AT].id })
    assert.deepStrictEqual(none.blocks[at.key], at.top.toSpliced(GRID_AT, 1))
  })
  await check('when the last block is gone the section is still a key, and takes new blocks', async () => {
    const { id, blocks } = await make('RootPage', 'emptied')
    const [[key, [{ id: blockId }]]] = Object.entries(blocks)
    assert.deepStrictEqual((await api.deleteBlock({ objectId: id, blockId })).blocks, { [key]: [] })
    assert.deepEqual(textsOf((await api.append({ id, blocks: [paragraph('x')] })).blocks[key]), ['x'])
  })
  await check('deleting an unknown block, or a block of another object, is refused', async () => {
    const [at, other] = [await page(), await page()]
    for (const blockId of [randomUUID(), other.top[PARENT].id]) {
      await refused(api.deleteBlock({ objectId: at.id, blockId }), [400, 404], EITHER)
    }
    await refused(api.deleteBlock({ objectId: randomUUID(), blockId: at.top[PARENT].id }), 404, 'cap_not_found')
    checkRefusal(await api.raw('DELETE', `/block?objectId=${at.id}&blockId=nope`), 400, INVALID)
    assert.deepStrictEqual((await api.get(other.id)).blocks, other.object.blocks)
  })
}
