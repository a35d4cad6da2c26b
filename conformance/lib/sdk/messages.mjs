// What is refused is told in the words of the SDK's own validation (spec/01 §6): the same input, the same message.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { checkRefusal, sdk, z } from '../client.mjs'
import { paragraph, value } from '../content.mjs'

export async function messages({ api, pages: [{ id }] }) {
  const page = { structureId: 'RootPage' }
  const append = { id, blocks: [paragraph('x')] }

  const compare = async (schema, method, path, body) => {
    const told = checkRefusal(await api.raw(method, path, body), 400, 'cap_invalid_input')
    const { error } = schema.safeParse(body ?? Object.fromEntries(new URL(path, api.url).searchParams))
    assert.ok(error, 'the SDK takes this input')
    assert.equal(told.message, z.prettifyError(error))
    assert.ok(!('details' in told), 'validation errors carry no details')
  }
  const cases = async (method, path, schema, inputs) => {
    for (const [what, input] of Object.entries(inputs)) {
      await check(`${method} ${path}: ${what}: the message is the SDK's`, () => compare(schema, method, path, input))
    }
  }
  const withValue = (type, payload) => ({ ...page, properties: { p: value(type, payload) } })
  const withBlock = (block) => ({ id, blocks: [block] })
  const withToken = (part) => withBlock({ type: 'TextBlock', tokens: [part] })

  await cases('POST', '/object', sdk.createObjectBodySchema, {
    'no structureId': {},
    'a structureId that is none': { structureId: 'Nope' },
    'a body that is a text': 'text',
    'a body that is a list': [],
    'collections that are no list': { ...page, collections: 'x' },
    'collections that are no UUIDs': { ...page, collections: [randomUUID(), 'x', 5] },
    'a property that is no object': { ...page, properties: { title: 5 } },
    'a property of an unknown type': { ...page, properties: { title: { type: 'nope' } } },
    'a property without its payload': { ...page, properties: { title: { type: 'title' } } },
    'a title that is a number': withValue('title', { value: 5 }),
    'a number that is a text': withValue('number', { value: '5' }),
    'a boolean that is a number': withValue('boolean', { value: 1 }),
    'a date without a start': withValue('date', {}),
    'a date of an unknown resolution': withValue('date', { start: null, dateResolution: 'hour' }),
    'a label that is no list': withValue('label', {}),
    'a label option without id and name': withValue('label', [{}]),
    'an entity without an id': withValue('entity', [{ id: randomUUID() }, {}]),
    'nine aliases': withValue('aliases', { value: [...'abcdefghi'] }),
    'an icon of an unknown type': withValue('icon', { value: { type: 'x', val: 'y' } }),
    'a rich text that is null': withValue('richText', { value: null }),
    'a lastUpdatedAt': withValue('lastUpdatedAt', { value: '2020-01-01T00:00:00.000Z' }),
    'a block of an unknown type under a key that is no word': { ...page, blocks: { 'a-b c': [paragraph('x'), { type: 'Nope' }] } },
    'several problems': { structureId: 'Nope', collections: ['x'], properties: { title: { type: 'title', title: { value: 1 } } } },
  })
  await cases('PATCH', '/object', sdk.patchObjectBodySchema, {
    'nothing to change': { id },
    'an empty id': { id: '', deleteRequested: true },
    'a deleteRequested that is a text': { id, deleteRequested: 'true' },
  })
  await cases('POST', '/blocks/append', sdk.appendBlocksRequestSchema, {
    'an id that is no UUID': { ...append, id: 'nope' },
    'neither blocks nor markdown': { id },
    'both blocks and markdown': { ...append, markdown: '' },
    'no blocks in blocks': { id, blocks: [] },
    'markdown that is a number': { id, markdown: 5 },
    'markdown of 200,001 characters': { id, markdown: 'a'.repeat(200001) },
    'after no block': { ...append, position: { type: 'after_block' } },
    'after an empty id': { ...append, position: { type: 'after_block', after_block: { id: '' } } },
    'a propertyId that is a number': { ...append, propertyId: 5 },
    'a block that is a number': withBlock(5),
    'a block without a type': withBlock({}),
    'an unknown type three levels down': withBlock(paragraph('x', { blocks: [paragraph('y', { blocks: [{ type: 'Nope' }] })] })),
    'a token of an unknown type': withToken({ type: 'Nope' }),
    'a TextToken without a style': withToken({ type: 'TextToken', text: 'x' }),
    'a style that is no boolean': withToken({ type: 'TextToken', text: 'x', style: { bold: 1 } }),
    'a LinkToken without a target': withToken({ type: 'LinkToken', text: 'x' }),
    'a LinkToken with two targets': withToken({ type: 'LinkToken', text: 'x', url: 'u', entityId: id }),
    'a CodeToken without text': withToken({ type: 'CodeToken' }),
    'a list of an unknown type': withBlock({ type: 'TextBlock', list: { type: 'x' } }),
    'a to-do without isDone': withBlock({ type: 'TextBlock', todo: {} }),
    'a toggle without isOpen': withBlock({ type: 'GroupBlock', toggle: {} }),
    'a quote of an unknown layout': withBlock({ type: 'TextBlock', quote: { layout: 'x' } }),
    'a hierarchy of wrong types': withBlock({ type: 'TextBlock', hierarchy: { key: 1, val: 'x' } }),
    'an unknown alignment': withBlock({ type: 'TextBlock', textAlignment: 'x' }),
    'a highlight that is read only': withBlock({ type: 'TextBlock', highlight: { type: 'readwise' } }),
    'a highlight with too long a label': withBlock({ type: 'TextBlock', highlight: { type: 'custom', label: 'x'.repeat(21) } }),
    'a grid of one column': withBlock({ type: 'GridBlock', dividers: [], columns: [[]] }),
    'a grid without dividers': withBlock({ type: 'GridBlock' }),
    'a CodeBlock without lang and text': withBlock({ type: 'CodeBlock' }),
    'an EntityBlock with a date': withBlock({ type: 'EntityBlock', entityId: null, date: { start: null } }),
    'an EntityBlock with an entity': withBlock({ type: 'EntityBlock', entity: { id } }),
  })
  await cases('PATCH', '/blocks/block', sdk.patchBlockRequestSchema, {
    'nothing at all': {},
    'everything wrong': { id: 'x', blockId: '', propertyId: 1, block: { type: 'GridBlock' } },
  })
  await cases('POST', '/objects/search', sdk.searchObjectsBodySchema, {
    'no query': {},
    'a query of blanks': { query: ' \t\n' },
    'a query of 513 characters': { query: 'x'.repeat(513) },
    'limits that are none': { query: 'x', limit: 51 },
    'a limit of nothing': { query: 'x', limit: 0 },
    'half a limit': { query: 'x', limit: 1.5 },
    'no types in structureIds': { query: 'x', structureIds: [] },
    '26 types': { query: 'x', structureIds: Array(26).fill('RootPage') },
    'several problems': { query: '', limit: 'x', structureIds: ['RootPage', 'Nope'] },
  })
  await cases('POST', '/object/markdown', sdk.createObjectMarkdownBodySchema, {
    'nothing at all': {},
    'markdown that is no text': { structureId: 'RootPage', markdown: 5 },
    'a structureId that is none': { structureId: 'Nope', markdown: '' },
  })
  await cases('GET', '/object/markdown', sdk.getObjectMarkdownParamsSchema, { 'no id': undefined })
  await cases('GET', '/object/markdown?id=nope', sdk.getObjectMarkdownParamsSchema, { 'an id that is no UUID': undefined })
  await cases('POST', '/blocks/daily-note/append', sdk.saveToDailyNoteBodySchema, {
    'neither blocks nor markdown': {},
    'both blocks and markdown': { blocks: [paragraph('x')], markdown: '' },
    'no blocks in blocks': { blocks: [] },
    'a noTimeStamp that is a text': { markdown: 'x', noTimeStamp: 'true' },
    'a date that is a number': { markdown: 'x', date: 5 },
    'markdown of 200,001 characters': { markdown: 'a'.repeat(200001) },
    'a block of an unknown type': { blocks: [{ type: 'Nope' }] },
  })
  await cases('POST', '/object/url', sdk.createObjectFromUrlBodySchema, {
    'no url': {},
    'a url that is none': { url: 'nope' },
    'both blocks and markdown': { url: 'https://example.com', blocks: {}, markdown: '' },
    'markdown of 200,001 characters': { url: 'https://example.com', markdown: 'a'.repeat(200001) },
    'a title that is a number': { url: 'https://example.com', properties: { title: { type: 'title', title: { value: 5 } } } },
    'a block of an unknown type': { url: 'https://example.com', blocks: { media_notes: [{ type: 'Nope' }] } },
  })
  await cases('GET', '/object', sdk.getObjectParamsSchema, { 'no id': undefined })
  await cases('GET', '/object?id=nope', sdk.getObjectParamsSchema, { 'an id that is no UUID': undefined })
  await cases('DELETE', '/object?id=x&hardDelete=maybe', sdk.deleteObjectParamsSchema, { 'both wrong': undefined })
  await cases('DELETE', '/block', sdk.deleteBlockParamsSchema, { 'nothing at all': undefined })
  await cases('DELETE', '/block?objectId=x&blockId=y', sdk.deleteBlockParamsSchema, { 'no UUIDs': undefined })
}
