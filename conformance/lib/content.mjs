// Properties and blocks: short ways to write them, and what the contract says is read back.

import assert from 'node:assert/strict'

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A property value `{type, [type]: …}`. */
export const value = (type, payload) => ({ type, [type]: payload })
export const title = (text) => value('title', { value: text })

export const token = (text, style = {}, more = {}) => ({ type: 'TextToken', text, style, ...more })
export const paragraph = (text, more = {}) => ({ type: 'TextBlock', tokens: [token(text)], ...more })
export const BASE = { key: 'Base', val: 0 }

/** The text of a block. */
export const textOf = (block) => (block.tokens ?? []).map((part) => part.text).join('')
export const textsOf = (blocks) => blocks.map(textOf)

/** The lists of children of a block. */
const childrenOf = (block) => [...(block.blocks ? [block.blocks] : []), ...(block.columns ?? [])]

/** These blocks with all below them, each before its children. */
export function flat(blocks) {
  return blocks.flatMap((block) => [block, ...childrenOf(block).flatMap(flat)])
}

/** All blocks of an object. */
export const blocksOf = (object) => flat(Object.values(object.blocks).flat())
export const idsOf = (object) => blocksOf(object).map((block) => block.id)
export const find = (object, id) => blocksOf(object).find((block) => block.id === id) ?? assert.fail(`no block ${id}`)

/** Blocks without their ids. */
export function bare(blocks) {
  return blocks.map(({ id, ...block }) => {
    if (block.blocks) block.blocks = bare(block.blocks)
    if (block.columns) block.columns = block.columns.map(bare)
    return block
  })
}

/** What is read of written blocks, without ids: defaults filled in, write-only and null fields gone. */
export function stored(blocks) {
  return blocks.map((written) => {
    const { textAlignment, ...block } = written
    for (const name of ['list', 'toggle']) if (block[name] === null) delete block[name]
    switch (block.type) {
      case 'TextBlock':
        return {
          ...block,
          hierarchy: block.hierarchy ?? BASE,
          tokens: (block.tokens ?? []).map(storedToken),
          blocks: stored(block.blocks ?? []),
        }
      case 'GroupBlock':
        return { ...block, blocks: stored(block.blocks ?? []) }
      case 'GridBlock':
        return { ...block, columns: (block.columns ?? []).map(stored) }
      default:
        return block
    }
  })
}

function storedToken(written) {
  return written.date ? { ...written, date: { dateResolution: 'day', end: null, ...written.date } } : written
}

/** The blocks read are those written, each under an id of its own. */
export function assertStored(read, written) {
  assert.deepStrictEqual(bare(read), stored(written))
  const ids = flat(read).map((block) => block.id)
  for (const id of ids) assert.match(id, UUID)
  assert.equal(new Set(ids).size, ids.length, 'block ids are unique')
}
